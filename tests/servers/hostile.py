"""Servers nobody should trust: each must end a check soon, with a verdict, and without harm to terminal or
report.

Every one answers the hook properly (so that a check gets as far as the exchange), unless its point is that it
answers nothing at all. All are written on raw sockets.
"""

import contextlib
import functools
import gzip
import json
import re
import socketserver
import time
from collections.abc import Callable

from .base import JsonObject, Listener, Server, ThreadedServer

NASTY = "<script>alert(1)</script>\x1b[2J\x1b]0;owned\x07\u202e]]>'\"&{{7*7}}"


class Exchange:
    """One request as received, and the socket to answer on."""

    def __init__(self, handler: socketserver.StreamRequestHandler, stopping: Callable[[], bool]) -> None:
        self.handler, self.stopping = handler, stopping
        self.head = b""
        while (line := handler.rfile.readline(65536)) not in (b"", b"\r\n", b"\n"):
            self.head += line
        length = re.search(rb"(?im)^content-length:\s*(\d+)", self.head)
        self.body = handler.rfile.read(int(length[1])) if length else b""

    @property
    def is_hook(self) -> bool:
        return self.head.startswith(b"POST /hook ")

    @property
    def authorization(self) -> str:
        found = re.search(rb"(?im)^authorization:[ \t]*([^\r\n]*)", self.head)
        return found[1].decode("latin-1") if found else ""

    def send(self, data: bytes) -> None:
        self.handler.wfile.write(data)

    def answer(self, body: bytes, status: str = "200 OK", **headers: str) -> None:
        lines = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.send(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body)

    def wait(self, seconds: float = 60) -> None:
        """Hold the connection until the client or the test gives up."""
        self.handler.connection.settimeout(0.05)
        until = time.monotonic() + seconds
        while not self.stopping() and time.monotonic() < until:
            try:
                if not self.handler.connection.recv(65536):
                    return
            except TimeoutError:
                continue


Conduct = Callable[[Exchange], None]


class HostileServer(ThreadedServer):
    def __init__(self, conduct: Conduct, hook: bool = True) -> None:
        self.conduct, self.hooked = conduct, hook
        self.stopping = False
        self.serial = 0

    def listener(self) -> Listener:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 10

            def handle(self) -> None:
                try:
                    exchange = Exchange(self, lambda: outer.stopping)
                    if exchange.is_hook and outer.hooked:
                        exchange.answer(json.dumps(outer.arrange(json.loads(exchange.body))).encode())
                    elif exchange.head:
                        outer.conduct(exchange)
                except OSError:
                    pass

            def finish(self) -> None:
                with contextlib.suppress(OSError):
                    super().finish()

        return Listener(("127.0.0.1", 0), Handler)

    def stop(self) -> None:
        self.stopping = True
        super().stop()

    def arrange(self, order: JsonObject) -> JsonObject:
        if order.get("action") != "setup":
            return {"calls": []}
        params = order.get("params") or {}
        first, self.serial = self.serial, self.serial + int(params.get("count", 1))
        return {
            "calls": [
                {"userId": str(params.get("userId", "12")), "extension": params.get("extension", "0003*210"),
                 "phoneCallId": f"h{number:06d}", "phoneCallViewId": "01"}
                for number in range(first, self.serial)
            ]
        }  # fmt: skip


def silent(exchange: Exchange) -> None:
    exchange.wait()


def closes(exchange: Exchange) -> None:
    pass


def half_headers(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: applica")


def half_headers_open(exchange: Exchange) -> None:
    half_headers(exchange)
    exchange.wait()


def drip(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
    while not exchange.stopping():
        exchange.send(b" ")
        time.sleep(0.1)


def endless_body(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[")
    while not exchange.stopping():
        exchange.send(b'{"id": "more and more"},' * 1000)


def huge_body(exchange: Exchange) -> None:
    """200 MB of JSON that would be fine."""
    call, padding = b'{"id": "big", "note": "', b"x" * 1_000_000
    length = len(call) + 200 * len(padding) + 2
    exchange.send(
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()
    )
    exchange.send(call)
    for _ in range(200):
        exchange.send(padding)
    exchange.send(b'"}')


def endless_chunks(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not exchange.stopping():
        exchange.send(b"10000\r\n" + b" " * 65536 + b"\r\n")


def endless_headers(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    while not exchange.stopping():
        exchange.send(b"X-More: and more\r\n" * 1000)


def length_too_long(exchange: Exchange) -> None:
    exchange.answer(b'{"id": "1"}', Content_Length="5000")


def length_too_short(exchange: Exchange) -> None:
    exchange.answer(b'{"id": "a call that is longer than it says"}', Content_Length="7")


def length_absurd(exchange: Exchange) -> None:
    exchange.answer(b"{}", Content_Length="-9" * 400)


def redirect_loop(exchange: Exchange) -> None:
    target = exchange.head.split(b" ")[1].decode("latin-1")
    exchange.answer(b"{}", "307 Temporary Redirect", Location=target)


def redirect_away(exchange: Exchange) -> None:
    exchange.answer(b"{}", "302 Found", Location="http://127.0.0.1:1/uapi/phoneCalls/12/0003*210/stolen")


@functools.cache
def bomb() -> bytes:
    return gzip.compress(b" " * 50_000_000)


def gzip_bomb(exchange: Exchange) -> None:
    exchange.answer(bomb(), Content_Encoding="gzip")


def gzip_lie(exchange: Exchange) -> None:
    exchange.answer(b'{"id": "not compressed at all"}', Content_Encoding="gzip")


def bad_utf8(exchange: Exchange) -> None:
    exchange.answer(
        b'{"error": {"code": "pc_phonecall_invalid", "message": "\xff\xfe\x80 \xc3"}}', "400 Bad Request"
    )


def bad_utf8_error_code(exchange: Exchange) -> None:
    exchange.answer(b'{"error": {"code": "\xed\xa0\x80", "message": "\\ud800"}}', "400 Bad Request")


def deep_json(exchange: Exchange) -> None:
    exchange.answer(b"[" * 100_000 + b"]" * 100_000)


def deep_error(exchange: Exchange) -> None:
    exchange.answer(b'{"error":' * 100_000 + b"1" + b"}" * 100_000, "400 Bad Request")


def huge_number(exchange: Exchange) -> None:
    exchange.answer(b'{"id": ' + b"9" * 100_000 + b', "x": 1e999999, "y": NaN}')


def duplicate_members(exchange: Exchange) -> None:
    exchange.answer(b'{"id": "h000000", "id": ["other"], "extension": "0003*210", "extension": null}')


def huge_headers(exchange: Exchange) -> None:
    exchange.answer(b"{}", X_Huge="x" * 200_000)


def many_headers(exchange: Exchange) -> None:
    exchange.answer(b"{}", **{f"X_{number}": "x" for number in range(5000)})


def control_headers(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 400 \x1b[31mBad\x07\r\nX-\xff: \x00\x1b[2J\r\nContent-Length: 2\r\n\r\n{}")


def nasty_call(exchange: Exchange) -> None:
    view = {"id": NASTY, "extension": NASTY, "status": NASTY, "callerId": NASTY, "source": [NASTY]}
    call = {"id": NASTY, "extension": NASTY, "ownerName": NASTY, NASTY: NASTY, "phoneCallView": [view],
            "link": {"self": f"javascript:alert(1)//{NASTY}"}}  # fmt: skip
    exchange.answer(json.dumps(call, ensure_ascii=False).encode())


def nasty_error(exchange: Exchange) -> None:
    body = json.dumps({"error": {"code": NASTY, "message": NASTY}}, ensure_ascii=False)
    exchange.answer(body.encode(), "400 <script>alert(2)</script>")


def tells_token(exchange: Exchange) -> None:
    told = exchange.authorization
    body = json.dumps({"error": {"code": "access_denied", "message": told, told: told[::-1]}})
    exchange.answer(body.encode(), "400 Bad Request", X_Seen=told, Set_Cookie=f"token={told}")


def tells_token_in_link(exchange: Exchange) -> None:
    link = f"http://127.0.0.1:1/{exchange.authorization.replace(' ', '%20')}"
    exchange.answer(json.dumps({"id": exchange.authorization, "link": {"self": link}}).encode())


def always_empty_object(exchange: Exchange) -> None:
    exchange.answer(b"{}")


def always_204(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")


def body_with_204(exchange: Exchange) -> None:
    exchange.answer(b'{"id": "1"}', "204 No Content")


def always_400(exchange: Exchange) -> None:
    body = {"error": {"code": "pc_phonecall_invalid", "message": "Value supplied in phoneCallId is invalid."}}
    exchange.answer(json.dumps(body).encode(), "400 Bad Request")


def always_401(exchange: Exchange) -> None:
    body = {"error": {"code": "access_denied", "message": "Go away."}}
    exchange.answer(json.dumps(body).encode(), "401 Unauthorized", WWW_Authenticate="Bearer")


def always_503(exchange: Exchange) -> None:
    exchange.answer(b"<html>Down for maintenance</html>", "503 Service Unavailable", Content_Type="text/html",
                    Retry_After="86400")  # fmt: skip


def always_429(exchange: Exchange) -> None:
    exchange.answer(
        b'{"error": {"code": "throttled", "message": "Slow down"}}', "429 Too Many", Retry_After="999999"
    )


def echo(exchange: Exchange) -> None:
    exchange.answer(exchange.body or b"{}")


def agreeable(exchange: Exchange) -> None:
    """Plays success convincingly from the request alone; keeps no state and checks nothing."""
    _, _, _, user, extension, call_id = (exchange.head.split(b" ")[1].decode() + "/////").split("/")[:6]
    call = {
        "id": call_id,
        "extension": extension,
        "link": {"self": f"/uapi/phoneCalls/{user}/{extension}/{call_id}"},
    }
    exchange.answer(json.dumps(call).encode())


def not_http(exchange: Exchange) -> None:
    exchange.send(b"SSH-2.0-OpenSSH_9.6\r\n")


def absurd_status(exchange: Exchange) -> None:
    exchange.answer(b"{}", "999 Beyond")


def only_100(exchange: Exchange) -> None:
    while not exchange.stopping():
        exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


def two_answers(exchange: Exchange) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    exchange.send(answer + answer.replace(b"200 OK", b"500 No"))
    exchange.wait(1)


def hostile(conduct: Conduct, hook: bool = True) -> Callable[[], Server]:
    return lambda: HostileServer(conduct, hook)


HOSTILE: dict[str, tuple[Callable[[], Server], str]] = {
    "silent": (hostile(silent, hook=False), "Accepts and never answers, the hook neither."),
    "silent_after_hook": (hostile(silent), "Answers the hook, then never again."),
    "closes": (hostile(closes, hook=False), "Closes every connection at once, the hook's too."),
    "closes_after_hook": (hostile(closes), "Answers the hook and closes everything else."),
    "half_headers": (hostile(half_headers), "Closes in the middle of the headers."),
    "half_headers_open": (hostile(half_headers_open), "Stops in the middle of the headers, stays connected."),
    "drip": (hostile(drip), "A byte every 100 ms: no read ever times out."),
    "endless_body": (hostile(endless_body), "A body without length that never ends."),
    "huge_body": (hostile(huge_body), "A body of 200 MB."),
    "endless_chunks": (hostile(endless_chunks), "Chunks without end."),
    "endless_headers": (hostile(endless_headers), "Headers without end."),
    "length_too_long": (hostile(length_too_long), "Promises more than it sends."),
    "length_too_short": (hostile(length_too_short), "Sends more than it promised."),
    "length_absurd": (hostile(length_absurd), "A Content-Length that is no number."),
    "redirect_loop": (hostile(redirect_loop), "Redirects to itself."),
    "redirect_away": (hostile(redirect_away), "Redirects to another origin, where no token must go."),
    "gzip_bomb": (hostile(gzip_bomb), "50 kB that unpack to 50 MB."),
    "gzip_lie": (hostile(gzip_lie), "Says gzip, is not."),
    "bad_utf8": (hostile(bad_utf8), "Invalid UTF-8 in a message."),
    "bad_utf8_error_code": (hostile(bad_utf8_error_code), "Surrogates in code and message."),
    "deep_json": (hostile(deep_json), "100,000 arrays in each other."),
    "deep_error": (hostile(deep_error), "100,000 errors in each other."),
    "huge_number": (hostile(huge_number), "A number of 100,000 digits, an infinite one, NaN."),
    "duplicate_members": (hostile(duplicate_members), "The same member twice with different values."),
    "huge_headers": (hostile(huge_headers), "A header of 200 kB."),
    "many_headers": (hostile(many_headers), "5,000 headers."),
    "control_headers": (hostile(control_headers), "Control characters in reason and headers."),
    "nasty_call": (hostile(nasty_call), "Script tags and terminal escapes in every string of a PhoneCall."),
    "nasty_error": (hostile(nasty_error), "Script tags and terminal escapes in an error."),
    "tells_token": (hostile(tells_token), "Repeats the token in body (backwards too), header and cookie."),
    "tells_token_in_link": (hostile(tells_token_in_link), "Repeats the token in id and link."),
    "always_empty_object": (hostile(always_empty_object), "200 {} to everything."),
    "always_204": (hostile(always_204), "204 to everything."),
    "body_with_204": (hostile(body_with_204), "204 with a body."),
    "always_400": (hostile(always_400), "400 pc_phonecall_invalid to everything."),
    "always_401": (hostile(always_401), "401 to everything."),
    "always_429": (hostile(always_429), "429 to everything, come back in eleven days."),
    "always_503": (hostile(always_503), "503 with HTML to everything."),
    "echo": (hostile(echo), "Returns what it was sent."),
    "agreeable": (hostile(agreeable), "Success made up from the request's path; there is no call."),
    "not_http": (hostile(not_http, hook=False), "Speaks another protocol."),
    "absurd_status": (hostile(absurd_status), "Status 999."),
    "only_100": (hostile(only_100), "100 Continue for ever."),
    "two_answers": (hostile(two_answers), "Two answers to one request."),
}  # fmt: skip
