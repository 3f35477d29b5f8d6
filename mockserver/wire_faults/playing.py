"""What each wire fault does to an answer on its way out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import orjson

from mockserver.connection.asgi import Receive, Send
from mockserver.connection.line import Line, end
from mockserver.request_pattern import Headers
from mockserver.wire_faults.fault import Dribble, Fault, WireFault

Wait = Callable[[float], Awaitable[object]]
Violate = Callable[[Any, Random], Any]

_LENGTH: Final = b"content-length"
_TYPE: Final = b"content-type"
_GARBAGE: Final = 64
_CODES: Final = {
    Fault.TOO_MANY_REQUESTS: (429, "too_many_requests", "Too many requests; wait before the next one."),
    Fault.SERVICE_UNAVAILABLE: (503, "service_unavailable", "The service is not available at the moment."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: Headers
    body: bytes

    def with_body(self, body: bytes) -> "Reply":
        return Reply(status=self.status, headers=_with(self.headers, _LENGTH, len(body)), body=body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything a fault acts with.  `wait` takes seconds of the session's clock; `violate` breaks a body that is
    right, in one place; `random` is the fault's own.
    """

    send: Send
    receive: Receive
    line: Line | None
    wait: Wait
    violate: Violate
    random: Random


async def play(fault: WireFault, reply: Reply | None, stage: Stage) -> None:
    """Send what the fault makes of `reply`, None where the call was never asked for.

    Raise LineDropped where there is no connection to break.
    """
    match fault.fault:
        case Fault.EMPTY_RESPONSE:
            await end(stage.line, stage.receive)
        case Fault.CONNECTION_RESET_BY_PEER:
            await end(stage.line, stage.receive, reset=True)
        case Fault.RANDOM_DATA_THEN_CLOSE:
            await _garbage(stage)
        case Fault.MALFORMED_RESPONSE_CHUNK:
            await _malformed_chunk(reply, stage)
        case Fault.TOO_MANY_REQUESTS | Fault.SERVICE_UNAVAILABLE:
            await _whole(_instead(fault), None, stage)
        case Fault.TRUNCATED_BODY if reply:
            await _start(reply, stage)
            await _piece(reply.body[: len(reply.body) // 2], stage)
            await end(stage.line, stage.receive)
        case Fault.WRONG_CONTENT_LENGTH if reply:
            await _short(reply, stage)
        case _ if reply:
            await _whole(_changed(fault.fault, reply, stage), fault.chunked_dribble_delay, stage)


def _changed(fault: Fault | None, reply: Reply, stage: Stage) -> Reply:
    match fault:
        case Fault.MALFORMED_JSON:
            # The last bracket is gone, and a comma stands in its place.
            return reply.with_body(reply.body.rstrip()[:-1] + b",")
        case Fault.WRONG_CONTENT_TYPE:
            headers = _with(reply.headers, _TYPE, "text/html; charset=utf-8")
            return Reply(status=reply.status, headers=headers, body=reply.body)
        case Fault.SCHEMA_VIOLATION:
            return reply.with_body(orjson.dumps(stage.violate(orjson.loads(reply.body), stage.random)))
        case _:
            return reply


def _instead(fault: WireFault) -> Reply:
    assert fault.fault is not None
    status, code, message = _CODES[fault.fault]
    body = orjson.dumps({"error": {"code": code, "message": message}})
    headers: Headers = ((_LENGTH, str(len(body)).encode()), (_TYPE, b"application/json"))
    if fault.retry_after is not None:
        headers += ((b"retry-after", str(fault.retry_after).encode()),)
    return Reply(status=status, headers=headers, body=body)


async def _garbage(stage: Stage) -> None:
    if stage.line is not None:
        stage.line.write(stage.random.randbytes(_GARBAGE))
    await end(stage.line, stage.receive)


async def _malformed_chunk(reply: Reply | None, stage: Stage) -> None:
    status = reply.status if reply else 200
    headers: Headers = ((_TYPE, b"application/json"), (b"transfer-encoding", b"chunked"))
    await stage.send({"type": "http.response.start", "status": status, "headers": headers})
    if stage.line is not None:
        # "g" is no hexadecimal digit: what follows can be no chunk, whatever the seed.
        stage.line.write(b"g" + stage.random.randbytes(_GARBAGE))
    await end(stage.line, stage.receive)


async def _short(reply: Reply, stage: Stage) -> None:
    """Half of the body is announced; the rest follows it all the same, and then the end."""
    half = len(reply.body) // 2
    announced = Reply(status=reply.status, headers=_with(reply.headers, _LENGTH, half), body=reply.body)
    await _start(announced, stage)
    await _piece(reply.body[:half], stage)
    if stage.line is not None:
        stage.line.write(reply.body[half:])
    await end(stage.line, stage.receive)


async def _whole(reply: Reply, dribble: Dribble | None, stage: Stage) -> None:
    await _start(reply, stage)
    if dribble is not None:
        pieces = dribble.number_of_chunks
        for number in range(pieces):
            await stage.wait(dribble.total_duration / 1000 / pieces)
            begin, stop = (len(reply.body) * each // pieces for each in (number, number + 1))
            await _piece(reply.body[begin:stop], stage)
        await stage.send({"type": "http.response.body", "body": b""})
        return
    await stage.send({"type": "http.response.body", "body": reply.body})


async def _start(reply: Reply, stage: Stage) -> None:
    await stage.send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})


async def _piece(body: bytes, stage: Stage) -> None:
    await stage.send({"type": "http.response.body", "body": body, "more_body": True})


def _with(headers: Headers, name: bytes, value: object) -> Headers:
    kept = tuple(each for each in headers if each[0].lower() != name)
    return (*kept, (name, str(value).encode()))
