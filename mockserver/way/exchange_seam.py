"""The layer around the vendor's paths that keeps the journal, strikes with wire faults, and says where to read on."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from jsonschema_rs import Draft4Validator

from mockserver.connection.asgi import App, Message, Receive, Scope, Send
from mockserver.connection.body import hear
from mockserver.connection.line import line_of
from mockserver.http_api.contract import Contract
from mockserver.http_api.hanging_up import unless_gone
from mockserver.http_api.origin import origin_of
from mockserver.http_api.path import raw_path
from mockserver.journal.entry import UNDER_WAY, Body, Exchange
from mockserver.journal.entry import Reply as Noted
from mockserver.request_pattern import RequestFacts
from mockserver.sessions.errands import ERRAND, Errand
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import DEFAULT_SESSION, Sessions, UnknownSessionError
from mockserver.sessions.waiting import pause
from mockserver.tokens import claimed_session
from mockserver.way.explanation_links import ExplanationLinks
from mockserver.way.handed_on import came_as
from mockserver.way.request_reading import RequestReader
from mockserver.wire_faults.arsenal import Strike

if TYPE_CHECKING:
    from mockserver.wire_faults.playing import Reply

EXPLAIN_HEADER: Final = b"x-callpark-explain"


class ExchangeSeam:
    """`opens` says whether a session may be made before its first request is answered: where one that was just
    named is already under a delay.
    """

    def __init__(
        self,
        app: App,
        sessions: Sessions,
        contract: Contract,
        links: ExplanationLinks,
        *,
        opens: bool = False,
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._contract = contract
        self._links = links
        self._reader = RequestReader(contract)
        self._opens = opens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._sessions.forget_aged()  # what is refused before its token is looked at is in a journal too
        name = claimed_session(scope["headers"], scope.get("query_string", b"")) or DEFAULT_SESSION
        session = self._session(name)
        came = came_as(scope)
        exchange = _exchange(scope, name, session) if came is None else came
        mark = UNDER_WAY.set(exchange)
        errand = Errand()
        errand_mark = ERRAND.set(errand)
        desk = _Desk(self._sessions, exchange, errand, self._links, scope, send)
        try:
            if session is not None and session.faults and came is None:
                await self._under_faults(session, desk, scope, receive)
            else:
                await self._app(scope, _overheard(receive, exchange.body), desk.send)
        finally:
            UNDER_WAY.reset(mark)
            ERRAND.reset(errand_mark)
            desk.close()

    def _session(self, name: str) -> Session | None:
        session = self._sessions.find(name)
        if session is not None or not self._opens:
            return session
        try:
            return self._sessions.open(name)
        except UnknownSessionError:
            return None

    async def _under_faults(self, session: Session, desk: "_Desk", scope: Scope, receive: Receive) -> None:
        heard = await hear(receive)
        if heard.has_left:
            return
        client, body = receive, heard.body
        receive = _overheard(heard.again(client), desk.exchange.body)
        facts = self._reader.facts(desk.exchange, body)
        strike = session.faults.strike(facts, now=session.clock.now())
        if strike is None:
            await self._app(scope, receive, desk.send)
            return
        desk.exchange.faults = strike.labels
        if strike.before and not await _lasted(session, strike.before, client):
            desk.exchange.body.add(body)
            desk.exchange.has_left = True
            return
        reply = None
        if strike.fault is None or strike.fault.moment == "after":
            reply = await self._right_answer(scope, receive)
            if strike.fault is not None and strike.fault.needs_body and not reply.body:
                strike = strike.without_main()
                desk.exchange.faults = strike.labels
        else:
            desk.exchange.body.add(body)
        if strike.after and not desk.exchange.has_left and not await _lasted(session, strike.after, client):
            desk.exchange.has_left = True
        if desk.exchange.has_left:
            desk.exchange.lost = None if reply is None else _noted(reply)
            return
        await self._strike(session, strike, reply, facts, desk, scope, receive)

    async def _strike(
        self,
        session: Session,
        strike: Strike,
        reply: "Reply | None",
        facts: RequestFacts,
        desk: "_Desk",
        scope: Scope,
        receive: Receive,
    ) -> None:
        if strike.fault is None or strike.main is None:
            if reply is not None:
                await desk.send_whole(reply)
            return
        if reply is not None:
            desk.exchange.lost = _noted(reply)
        from mockserver.wire_faults.playing import Stage, play

        stage = Stage(
            send=desk.send,
            receive=partial(desk.hung_up, receive),
            line=line_of(scope),
            wait=partial(pause, session),
            violate=self._violation(facts, reply),
            random=strike.main.random,
        )
        await play(strike.fault, reply, stage)

    async def _right_answer(self, scope: Scope, receive: Receive) -> "Reply":
        from mockserver.wire_faults.playing import Reply

        messages: list[Message] = []

        async def send(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, send)
        return Reply(
            status=messages[0]["status"],
            headers=tuple(messages[0].get("headers", ())),
            body=b"".join(message.get("body", b"") for message in messages[1:]),
        )

    def _violation(self, facts: RequestFacts, reply: "Reply | None") -> Callable[[Any, Random], Any]:
        from mockserver.wire_faults.violation import violated

        operation = self._contract.operations().get(facts.operation or "")
        schema = self._contract.response_schema(operation, reply.status if reply else 200)

        def violate(value: Any, random: Random) -> Any:
            return violated(value, Draft4Validator(dict(schema)).is_valid, random)

        return violate


class _Desk:
    """Where answers leave: notes what is sent, and files the exchange once it is over."""

    def __init__(
        self,
        sessions: Sessions,
        exchange: Exchange,
        errand: Errand,
        links: ExplanationLinks,
        scope: Scope,
        send: Send,
    ) -> None:
        self.exchange = exchange
        self._errand = errand
        self._links = links
        self._sessions = sessions
        self._scope = scope
        self._send = send
        self._is_open = False
        self._session: Session | None = None
        self._is_filed = False

    async def send(self, message: Message) -> None:
        if self.exchange.has_left:
            return
        if message["type"] == "http.response.start":
            message = self._begun(message)
        elif self.exchange.reply is not None:
            self.exchange.reply.body.add(message.get("body", b""))
            if not message.get("more_body"):
                self._file()  # whoever has the whole answer finds it in the journal
        kept_waiting = self._errand.rests()
        await self._send(message)
        if kept_waiting is not None:
            self._errand.goes_on(kept_waiting)

    async def hung_up(self, receive: Receive) -> Message:
        """What comes after the connection was broken: the exchange takes its place before whatever is later."""
        if not self._is_open:
            self._open()
        self._errand.rests()
        return await receive()

    async def send_whole(self, reply: "Reply") -> None:
        headers = list(reply.headers)
        await self.send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": reply.body})

    def close(self) -> None:
        self._file()
        self._errand.rests()

    def _file(self) -> None:
        if self._is_filed:
            return
        self._is_filed = True
        if not self._is_open:
            self._open()
        if self._session is not None:
            self._session.journal.end(self.exchange)
            self._sessions.grew(self._session.name)

    def _begun(self, message: Message) -> Message:
        headers = message.get("headers", ())
        self.exchange.reply = Noted(status=message["status"], headers=tuple(headers))
        if not self._is_open:
            self._open()
        path = None if self._session is None else self._links.path(self._session.name, self.exchange)
        if path is None:
            return message
        origin = origin_of(self._scope["scheme"], self._scope["headers"], self._scope.get("server"))
        headers = [*headers, (EXPLAIN_HEADER, f"{origin}{path}".encode())]
        self.exchange.reply.headers = tuple(headers)
        return {**message, "headers": headers}

    def _open(self) -> None:
        """The session may have been made only while the request was served.

        What is of none goes to the default; what is of one that was reset or dropped meanwhile goes nowhere.
        """
        self._is_open = True
        session = self._sessions.find(self.exchange.session or DEFAULT_SESSION)
        if self.exchange.life is None:
            session = session or self._sessions.open(DEFAULT_SESSION)
            session.journal.claim(self.exchange)
        if session is None or not session.journal.claims(self.exchange):
            return
        self._session = session
        session.journal.begin(self.exchange, world=session.world, now=session.clock.now())


def _exchange(scope: Scope, name: str, session: Session | None) -> Exchange:
    query: bytes = scope.get("query_string", b"")
    raw = raw_path(scope)
    exchange = Exchange(
        method=scope["method"],
        target=raw + b"?" + query if query else raw,
        scheme=scope["scheme"],
        headers=tuple(scope["headers"]),
        session=name,
        at=None if session is None else session.clock.now(),
    )
    if session is not None:
        session.journal.claim(exchange)
    return exchange


async def _lasted(session: Session, seconds: float, client: Receive) -> bool:
    """Whether the client was still there at the end of a pause; whoever leaves is not waited for."""
    return bool(await unless_gone(client, pause(session, seconds)))


def _noted(reply: "Reply") -> Noted:
    return Noted(status=reply.status, headers=reply.headers, body=Body.copied(reply.body))


def _overheard(receive: Receive, body: Body) -> Receive:
    async def overheard() -> Message:
        message = await receive()
        if chunk := message.get("body"):
            body.add(chunk)
        return message

    return overheard
