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
from mockserver.journal.entry import UNDER_WAY, Body, Exchange, length_of
from mockserver.journal.entry import Reply as Noted
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import Sessions
from mockserver.tokens import Token, read_token
from mockserver.way.dated import date_of
from mockserver.way.exchange_seam import EXPLAIN_HEADER
from mockserver.way.explanation_links import ExplanationLinks
from mockserver.way.handed_on import handed_on

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
    """A request that the fast way takes on; `body` and `refusal` are what its payload came to."""

    exchange: Exchange
    head: "Head"
    at: float
    origin: str
    route: Route
    session: Session
    body: Any = None
    refusal: Refusal | None = None


class Told(Struct, gc=False):
    """An answer as it goes out."""

    status: int
    headers: Headers
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
        asked.session.journal.claim(asked.exchange)
        heard = await hear(receive)
        if not heard.is_whole or not self._takes(asked, heard.body):
            await self._whole(handed_on(scope, asked.exchange), heard.again(receive), send)
            return
        told = self._answered(asked, asked.session.clock.now())
        await send({"type": "http.response.start", "status": told.status, "headers": told.headers})
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
        return self._answered(asked, asked.at) if asked is not None and self._fits(asked, content) else None

    def _answered(self, asked: Asked, now: float) -> Told:
        """`now` is on the session's clock."""
        mark = UNDER_WAY.set(asked.exchange)
        try:
            answer = self._answer(asked)
        finally:
            UNDER_WAY.reset(mark)
        return self._filed(asked, answer, max(now, asked.session.world.now))

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
        token = head.token
        route = self._route(method, raw) if len(raw) <= _LONGEST_KEPT else None
        if route is None:
            return None
        session = self._sessions.find(token.session)
        if session is None or not _is_plain(session):
            return None
        at = session.clock.now()
        exchange = Exchange(
            method=method,
            target=raw,
            scheme=scheme,
            headers=head.headers,
            session=token.session,
            at=at,
        )
        origin = _origin(scheme, head.host, server)
        return Asked(exchange=exchange, head=head, at=at, origin=origin, route=route, session=session)

    def _takes(self, asked: Asked, content: bytes) -> bool:
        """Whether the session is still there when the payload is, and that is one for the fast way."""
        self._sessions.forget_aged()
        return self._sessions.find(asked.head.token.session) is asked.session and self._fits(asked, content)

    def _fits(self, asked: Asked, content: bytes) -> bool:
        """Whether the payload too is one for the fast way; nothing has happened yet."""
        asked.body, asked.refusal = asked.route.checked(content)
        if asked.body is not None and _may_ring(asked):
            return False
        asked.exchange.body = Body.of(content)
        return True

    def _answer(self, asked: Asked) -> Answer:
        session = asked.session
        try:
            self._sessions.use(session.name)
            self._tokens.admit(asked.head.token, session)
            if asked.refusal is not None:
                return self._answering.refuse(asked.refusal)
            route = asked.route
            question = Question(
                session=session,
                viewer=asked.head.token.user,
                origin=asked.origin,
                user=route.user,
                extension=route.extension,
                call_id=route.call_id,
                query=_NO_QUERY,
                body=asked.body,
            )
            outcome = session.execute(route.planned.read(question))
            answer = self._answering.answer(question, outcome)
            if not route.planned.answers.accepts(answer.status, answer.body):
                raise BrokenPromiseError(f"status {answer.status}, body {answer.body!r}")
            return answer
        except RefusedRequest as error:
            return self._answering.refuse(error.refusal)
        except Exception as error:  # noqa: BLE001  # told as the whole way tells of a fault of ours
            return self._answering.refuse(own_fault(error))

    def _filed(self, asked: Asked, answer: Answer, now: float) -> Told:
        """The answer as it goes out, with its exchange in the journal."""
        headers, content = rendered(answer)
        exchange, session = asked.exchange, asked.session
        exchange.reply = reply = Noted(
            status=answer.status, headers=tuple(headers), body=Body.copied(content)
        )
        session.journal.begin(exchange, world=session.world, now=now)
        if answer.status >= 400 and (path := self._links.path(session.name, exchange)):
            headers.append((EXPLAIN_HEADER, f"{asked.origin}{path}".encode()))
            reply.headers = tuple(headers)
        session.journal.end(exchange, headers=asked.head.length)
        headers.append((b"date", date_of(now)))
        return Told(status=answer.status, headers=headers, content=content)


def _is_plain(session: Session) -> bool:
    """Whether nothing but its calls and its clock makes its answers."""
    behaviour = session.behaviour
    return not (session.faults.armed or behaviour.variants or behaviour.defect)


def _may_ring(asked: Asked) -> bool:
    """Whether the telephone that is asked for rings for a while, and the request has to wait."""
    body, world = asked.body, asked.session.world
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
