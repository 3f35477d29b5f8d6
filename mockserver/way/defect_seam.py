"""The outer two seams of a defect, as one ASGI layer; without a defect the layer is not there."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote
from weakref import WeakKeyDictionary

from mockserver.connection.asgi import App, Message, Receive, Scope, Send
from mockserver.connection.body import BodyTooLargeError, ClientGoneError, read_body
from mockserver.connection.client_limits import MAX_BODY_BYTES
from mockserver.defect import CRASHED, SERVING, CrashError, Defect, Meeting, Received, Sent
from mockserver.sessions.session import Session
from mockserver.tokens import SESSION_HEADER, read_token


class DefectSeam:
    """`find` says which session has a name, if one has: what is counted in it is counted for as long as it lives."""

    def __init__(self, app: App, defect: Defect, find: Callable[[str], Session | None]) -> None:
        self._app = app
        self._defect = defect
        self._find = find
        self._tallies: WeakKeyDictionary[Session, Counter[str]] = WeakKeyDictionary()
        self._unborn: dict[str, tuple[Counter[str], int]] = {}
        """Tallies of sessions that a request under way may make, and how many such requests there are."""
        self._meetings: dict[tuple[str, str], tuple[Meeting, int]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            asked = await _received(scope, receive)
        except ClientGoneError:
            return
        name = _session(asked)
        with self._tally(name) as tally:
            asked = replace(asked, tally=tally)
            if asked.method == "GET":
                await _send(await self._serve(scope, asked), send)
                return
            with self._met(name, asked) as meeting:
                await asyncio.sleep(self._defect.holds)
                await _send(await self._serve(scope, replace(asked, meeting=meeting)), send)

    async def _serve(self, scope: Scope, asked: Received) -> Sent:
        SERVING.set(asked)
        try:
            told = self._defect.request(asked) if self._defect.request else asked
        except CrashError:
            return CRASHED
        honest = await _answer(self._app, scope, told)
        sent = self._defect.response(asked, honest) if self._defect.response else honest
        asked.meeting.answers.append(honest)
        return sent

    @contextmanager
    def _tally(self, name: str) -> Iterator[Counter[str]]:
        session = self._find(name)
        if session is not None:
            yield self._tallies.setdefault(session, Counter())
            return
        tally, present = self._unborn.get(name, (Counter(), 0))
        self._unborn[name] = tally, present + 1
        try:
            yield tally
        finally:
            if (made := self._find(name)) is not None:
                self._tallies.setdefault(made, tally)
            _, present = self._unborn.pop(name)
            if present > 1:
                self._unborn[name] = tally, present - 1

    @contextmanager
    def _met(self, session: str, asked: Received) -> Iterator[Meeting]:
        """The meeting of all requests about this call in this session that overlap, one after the other."""
        place = session, asked.segments[-1] if asked.segments else ""
        meeting, present = self._meetings.get(place, (Meeting(), 0))
        meeting.size += 1
        self._meetings[place] = meeting, present + 1
        try:
            yield meeting
        finally:
            _, present = self._meetings.pop(place)
            if present > 1:
                self._meetings[place] = meeting, present - 1


def _session(asked: Received) -> str:
    named = asked.headers.get(SESSION_HEADER.lower())
    token = read_token(asked.headers.get("authorization", "").removeprefix("Bearer "))
    return named or (token.session if token else "")


async def _received(scope: Scope, receive: Receive) -> Received:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Received(
        method=scope["method"],
        path=scope["path"],
        raw_path=(scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1"),
        headers=headers,
        body=await _body(receive),
    )


async def _body(receive: Receive) -> bytes:
    """Of a payload that is too long as much as shows it, for the application within to refuse."""
    try:
        return await read_body(receive)
    except BodyTooLargeError:
        return bytes(MAX_BODY_BYTES + 1)


async def _answer(app: App, scope: Scope, told: Received) -> Sent:
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": told.body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.headers.items()]
    raw_path = scope.get("raw_path") if told.path == scope["path"] else None
    inner = {**scope, "method": told.method, "path": told.path, "headers": headers, "raw_path": raw_path}
    await app(inner, receive, send)
    start = messages[0]
    return Sent(
        status=start["status"],
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]},
        body=b"".join(message.get("body", b"") for message in messages[1:]),
    )


async def _send(sent: Sent, send: Send) -> None:
    headers = {name: value for name, value in sent.headers.items() if name.lower() != "content-length"}
    if sent.body or sent.status != 204:
        headers["content-length"] = str(len(sent.body))
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": sent.status, "headers": encoded})
    await send({"type": "http.response.body", "body": sent.body})
