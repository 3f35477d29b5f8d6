"""The fast way: requests that hold nothing unusual are answered from one plan, and all others go the whole way.

Both ways share every decision: what a path, a token or a payload has wrong, what a command brings about, and how an
outcome is told.  What the fast way leaves out is only what those requests do not need.  No access decision is kept from
one request to the next: a token is read once, and asked at every request what it gives.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from mockserver.connection.asgi import App, Receive, Scope, Send
from mockserver.connection.body import hear
from mockserver.http_api.answering import Answer
from mockserver.http_api.origin import origin_of
from mockserver.http_api.own_fault import own_fault
from mockserver.http_api.path import raw_path
from mockserver.http_api.plan import Plan, Route
from mockserver.http_api.question import Question
from mockserver.http_api.refusals import Refusal, RefusedRequest
from mockserver.http_api.rendering import Headers, rendered
from mockserver.http_api.vendor_api import VendorApi
from mockserver.journal.entry import Body, Exchange, length_of
from mockserver.journal.entry import Reply as Noted
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import Sessions
from mockserver.tokens import Token, read_token
from mockserver.way.dated import date_of
from mockserver.way.exchange_seam import CAME, EXPLAIN_HEADER
from mockserver.way.explanation_links import ExplanationLinks

_LOOKED_AT: Final = frozenset(
    {b"authorization", b"host", b"origin", b"prefer", b"x-callpark-session", b"x-forwarded-proto"}
)
_BEARER: Final = b"Bearer "
_AUTHORIZATION: Final = b"authorization"
_HOST: Final = b"host"
_NO_QUERY: Final[Mapping[str, Any]] = {}
_LONGEST_KEPT: Final = 512
"""Bytes of a path, of a token or of a host: what clients write by the thousand must not fill the caches."""


class BrokenPromiseError(Exception):
    """An answer of ours that the document does not have."""


class Asked(Struct, gc=False):
    """A request that the fast way takes on, if its payload is one for it too; `at` is on the session's clock."""

    method: str
    target: bytes
    scheme: str
    head: "Head"
    origin: str
    route: Route
    session: Session
    at: float


class Told(Struct, gc=False):
    """An answer as it goes out; the Date is behind the other headers."""

    status: int
    headers: Headers
    date: bytes
    content: bytes


class FastPath:
    """`whole` is the way of every request that is not sure to be answered here as it would be there."""

    def __init__(self, whole: App, vendor: VendorApi, sessions: Sessions, links: ExplanationLinks) -> None:
        self._whole = whole
        self._route = Plan(vendor).route
        self._answering = vendor.answering
        self._tokens = vendor.tokens
        self._sessions = sessions
        self._links = links

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = self._asked_by(scope)
        if asked is None:
            await self._whole(scope, receive, send)
            return
        heard = await hear(receive)
        told = self._answered_late(asked, heard.body) if heard.is_whole else None
        if told is None:
            extensions = {**scope.get("extensions", {}), CAME: asked.at}
            await self._whole({**scope, "extensions": extensions}, heard.again(receive), send)
            return
        headers = (*told.headers, (b"date", told.date))
        await send({"type": "http.response.start", "status": told.status, "headers": headers})
        await send({"type": "http.response.body", "body": told.content})

    def told(
        self,
        head: "Head",
        method: str,
        raw: bytes,
        content: bytes,
        *,
        scheme: str,
        server: tuple[str, int | None] | None,
    ) -> Told | None:
        """The answer to a request that is whole, without query; None for what is more than this looks at.

        The journal has it then.
        """
        self._sessions.forget_aged()
        asked = self._asked(head, method, raw, scheme, server)
        return None if asked is None else self._answered(asked, content, asked.at)

    def _answered_late(self, asked: Asked, content: bytes) -> Told | None:
        """As `_answered`, and None too where the session is no longer there when the payload is."""
        self._sessions.forget_aged()
        session = asked.session
        if self._sessions.find(session.name) is not session:
            return None
        return self._answered(asked, content, session.clock.now())

    def _answered(self, asked: Asked, content: bytes, now: float) -> Told | None:
        """None where the payload is more than this looks at, and nothing has happened.

        `now` is on the session's clock.
        """
        body, refusal = asked.route.checked(content)
        if body is not None and _may_ring(asked, body):
            return None
        exchange = Exchange(
            method=asked.method,
            target=asked.target,
            scheme=asked.scheme,
            headers=asked.head.headers,
            session=asked.session.name,
            at=asked.at,
            body=Body.of(content),
        )
        answer = self._answer(asked, exchange, body, refusal, now)
        return self._filed(asked, exchange, answer, max(now, asked.session.world.now))

    def _asked_by(self, scope: Scope) -> Asked | None:
        """None for what is more than this looks at, or decided otherwise."""
        if scope["type"] != "http" or scope.get("query_string") or scope.get("root_path"):
            return None
        head = head_of(scope)
        if head is None:
            return None
        return self._asked(head, scope["method"], raw_path(scope), scope["scheme"], scope.get("server"))

    def _asked(
        self, head: "Head", method: str, raw: bytes, scheme: str, server: tuple[str, int | None] | None
    ) -> Asked | None:
        route = self._route(method, raw) if len(raw) <= _LONGEST_KEPT else None
        if route is None:
            return None
        session = self._sessions.find(head.token.session)
        if session is None or not _is_plain(session):
            return None
        origin = _origin(scheme, head.host, server)
        return Asked(method, raw, scheme, head, origin, route, session, session.clock.now())

    def _answer(
        self, asked: Asked, exchange: Exchange, body: Any, refusal: Refusal | None, now: float
    ) -> Answer:
        session = asked.session
        try:
            self._sessions.use(session.name)
            session.journal.claim(exchange)
            self._tokens.admit(asked.head.token, session)
            if refusal is not None:
                return self._answering.refuse(refusal)
            route = asked.route
            question = Question(
                session=session,
                viewer=asked.head.token.user,
                origin=asked.origin,
                user=route.user,
                extension=route.extension,
                call_id=route.call_id,
                query=_NO_QUERY,
                body=body,
            )
            outcome = session.execute(route.planned.read(question), now=now, by=exchange)
            answer = self._answering.answer(question, outcome)
            if not route.planned.answers.accepts(answer.status, answer.body):
                raise BrokenPromiseError(f"status {answer.status}, body {answer.body!r}")
            return answer
        except RefusedRequest as error:
            return self._answering.refuse(error.refusal)
        except Exception as error:  # noqa: BLE001  # told as the whole way tells of a fault of ours
            return self._answering.refuse(own_fault(error))

    def _filed(self, asked: Asked, exchange: Exchange, answer: Answer, now: float) -> Told:
        """The answer as it goes out, with its exchange in the journal."""
        status = answer.status
        headers, content = rendered(answer)
        session = asked.session
        exchange.reply = reply = Noted(status=status, headers=headers, body=Body.copied(content))
        session.journal.number(exchange, world=session.world, now=now)
        length = asked.head.length + _length_of(headers)
        if status >= 400 and (path := self._links.path(session.name, exchange)):
            link = (EXPLAIN_HEADER, f"{asked.origin}{path}".encode())
            headers = reply.headers = (*headers, link)
            length += length_of((link,))
        session.journal.keep(exchange, headers=length)
        return Told(status, headers, date_of(now), content)


def _is_plain(session: Session) -> bool:
    """Whether nothing but its calls and its clock makes its answers."""
    behaviour = session.behaviour
    return not (session.faults.armed or behaviour.variants or behaviour.defect)


def _may_ring(asked: Asked, body: Any) -> bool:
    """Whether the telephone that is asked for rings for a while, and the request has to wait."""
    world = asked.session.world
    if body["action"] != "UnPark":
        return False
    if asked.route.call_id is None:
        return world.rules.bulk_unpark
    call = world.calls.get(asked.route.call_id)
    if call is None:
        return False
    terminal = world.directory.find_extension(body["sendCallTo"], organization_id=call.organization_id)
    return terminal is not None and terminal.answering.rings


class Head(Struct, frozen=True, kw_only=True):
    """The headers of a request, what they say that matters here, and the bytes that they take in a journal."""

    headers: tuple[tuple[bytes, bytes], ...]
    length: int
    token: Token
    host: bytes


def head_of(scope: Scope) -> Head | None:
    """None where the headers say more than this looks at, or name nobody."""
    try:
        return _head(tuple(scope["headers"]))
    except TypeError:  # pairs that are lists, which ASGI allows
        return None


@lru_cache(maxsize=256)
def _head(headers: tuple[tuple[bytes, bytes], ...]) -> Head | None:
    """Clients send the same ones again and again."""
    authorization, host = None, b""
    for name, value in headers:
        if name not in _LOOKED_AT:
            continue
        if len(value) > _LONGEST_KEPT:
            return None
        if name == _HOST:
            host = value
        elif name == _AUTHORIZATION and authorization is None:
            authorization = value
        else:
            return None
    token = None if authorization is None else _token(authorization)
    if token is None:
        return None
    return Head(headers=headers, length=length_of(headers), token=token, host=host)


_length_of: Final = lru_cache(maxsize=256)(length_of)
"""Those of answers, which are nearly all the same."""


@lru_cache(maxsize=1024)
def _token(authorization: bytes) -> Token | None:
    """What the header says, which is the same for ever; what that gives access to is not asked here."""
    if not authorization.startswith(_BEARER):
        return None
    token = read_token(authorization[len(_BEARER) :].decode("latin-1"))
    return None if token is None or token.is_expired else token


@lru_cache(maxsize=1024)
def _origin(scheme: str, host: bytes, server: tuple[str, int | None] | None) -> str:
    return origin_of(scheme, ((_HOST, host),), server)
