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
from mockserver.http_api.plan import Plan, Planned, Route
from mockserver.http_api.question import Question
from mockserver.http_api.refusals import RefusedRequest
from mockserver.http_api.rendering import Headers, rendered
from mockserver.http_api.vendor_api import VendorApi
from mockserver.journal.entry import Body, Exchange, length_of
from mockserver.journal.entry import Reply as Noted
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import Sessions
from mockserver.simulator.world import World
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


class Came(Struct, gc=False):
    """Where a request belonged when its head came, and its exchange, which the journal there has claimed."""

    session: Session
    exchange: Exchange

    def is_still_of(self, session: Session) -> bool:
        return self.session is session and session.journal.claims(self.exchange)


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
        head = _head_in(scope)
        session = None if head is None or self._route_in(scope) is None else self._session_of(head)
        if head is None or session is None:
            await self._whole(scope, receive, send)
            return
        exchange = _begun(
            session, head, scope["method"], raw_path(scope), scope["scheme"], session.clock.now()
        )
        heard = await hear(receive)
        told = None
        if heard.is_whole:
            told = self.told(
                head,
                exchange.method,
                exchange.target,
                heard.body,
                scheme=exchange.scheme,
                server=scope.get("server"),
                came=Came(session, exchange),
            )
        if told is None:
            await self._whole(handed_on(scope, exchange), heard.again(receive), send)
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
        came: Came | None = None,
    ) -> Told | None:
        """The answer to a request that is whole, without query; None for what is more than this looks at.

        The journal has it then.  `came` where its head was here before its payload.
        """
        used = self._sessions.forget_aged()
        route = self._route_at(method, raw)
        session = None if route is None else self._session_of(head)
        if route is None or session is None or not (came is None or came.is_still_of(session)):
            return None
        body, refusal = route.checked(content)
        if body is not None and body["action"] == "UnPark" and _may_ring(route, session.world, body):
            return None
        now = session.clock.now()
        exchange = _begun(session, head, method, raw, scheme, now) if came is None else came.exchange
        exchange.body = Body.of(content)
        origin = _origin(scheme, head.host, server)
        try:
            self._sessions.use(session.name, used)
            self._tokens.admit(head.token, session)
            if refusal is not None:
                answer = self._answering.refuse(refusal)
            else:
                question = Question(
                    session=session,
                    viewer=head.token.user,
                    origin=origin,
                    user=route.user,
                    extension=route.extension,
                    call_id=route.call_id,
                    query=_NO_QUERY,
                    body=body,
                )
                answer = self._answer(question, route.planned, exchange, now)
        except RefusedRequest as error:
            answer = self._answering.refuse(error.refusal)
        except Exception as error:  # noqa: BLE001  # told as the whole way tells of a fault of ours
            answer = self._answering.refuse(own_fault(error))
        return self._filed(exchange, answer, session, head.length, origin, now)

    def _route_in(self, scope: Scope) -> Route | None:
        return self._route_at(scope["method"], raw_path(scope))

    def _route_at(self, method: str, raw: bytes) -> Route | None:
        return self._route(method, raw) if len(raw) <= _LONGEST_KEPT else None

    def _session_of(self, head: "Head") -> Session | None:
        """The session if it is open, and nothing but its calls and its clock makes its answers."""
        session = self._sessions.find(head.token.session)
        return session if session is not None and _is_plain(session) else None

    def _answer(self, question: Question, planned: Planned, exchange: Exchange, now: float) -> Answer:
        outcome = question.session.execute(planned.read(question), now=now, by=exchange)
        answer = self._answering.answer(question, outcome)
        if not planned.answers.accepts(answer.status, answer.body):
            raise BrokenPromiseError(f"status {answer.status}, body {answer.body!r}")
        return answer

    def _filed(
        self, exchange: Exchange, answer: Answer, session: Session, length: int, origin: str, now: float
    ) -> Told:
        """The answer as it goes out, with its exchange in the journal; `length` is that of the request's headers."""
        status, world = answer.status, session.world
        if now < world.now:
            now = world.now
        headers, content = rendered(answer)
        exchange.reply = reply = Noted(status=status, headers=headers, body=Body.copied(content))
        session.journal.number(exchange, world=world, now=now)
        length += _length_of(headers)
        if status >= 400 and (path := self._links.path(session.name, exchange)):
            link = (EXPLAIN_HEADER, f"{origin}{path}".encode())
            headers = reply.headers = (*headers, link)
            length += length_of((link,))
        session.journal.keep(exchange, headers=length)
        return Told(status, headers, date_of(now), content)


def _begun(session: Session, head: "Head", method: str, raw: bytes, scheme: str, at: float) -> Exchange:
    """Claimed by the journal of its session."""
    exchange = Exchange(
        method=method, target=raw, scheme=scheme, headers=head.headers, session=session.name, at=at
    )
    session.journal.claim(exchange)
    return exchange


def _is_plain(session: Session) -> bool:
    behaviour = session.behaviour
    return not (session.faults.armed or behaviour.variants or behaviour.defect)


def _may_ring(route: Route, world: World, body: Any) -> bool:
    """Whether the telephone that an UnPark asks for rings for a while, and the request has to wait."""
    if route.call_id is None:
        return world.rules.bulk_unpark
    call = world.calls.get(route.call_id)
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


def _head_in(scope: Scope) -> Head | None:
    """None for what is more than this looks at, in its headers or beside them."""
    if scope["type"] != "http" or scope.get("query_string") or scope.get("root_path"):
        return None
    return head_of(scope)


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
