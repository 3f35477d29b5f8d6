"""What the servers share: starting, stopping, and how a test addresses them. Nothing about phone calls.

The rules of the page are deliberately written anew in every module, so that no two servers share a mistake.
"""

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self

JsonObject = dict[str, Any]


class Server:
    """A server on a free port of 127.0.0.1: enter it, use `url` and the tokens, leave it."""

    token: ClassVar[str] = "valid-token-of-user-12"
    other_token: ClassVar[str] = "valid-token-of-user-13"
    expired_token: ClassVar[str | None] = "expired-token-of-user-12"

    url = ""

    @property
    def hook(self) -> str:
        """Where to POST setup and teardown."""
        return self.url + "/hook"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError


class Listener(socketserver.ThreadingTCPServer):
    """A plain TCP listener with a thread for every connection."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


class HttpListener(ThreadingHTTPServer):
    request_queue_size = 64

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # without HTTPServer's look-up of the host's full name
        self.server_name, self.server_port = "127.0.0.1", int(self.socket.getsockname()[1])


class ThreadedServer(Server):
    """A server made of a socketserver listener."""

    def listener(self) -> socketserver.TCPServer:
        raise NotImplementedError

    def start(self) -> None:
        self._listener = self.listener()
        self.url = f"http://127.0.0.1:{self._listener.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join(2)


class LineHandler(socketserver.StreamRequestHandler):
    """Reads requests as they come over the line, so that a server can answer in bytes of its own."""

    timeout = 10

    def requests(self) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
        """Method, target, headers by name in small letters, body; until the client has gone."""
        while line := self.rfile.readline().decode("latin-1").split():
            headers: dict[str, str] = {}
            while (header := self.rfile.readline().decode("latin-1")).strip():
                name, _, value = header.partition(":")
                headers[name.strip().lower()] = value.strip()
            yield line[0], line[1], headers, self.rfile.read(int(headers.get("content-length", 0)))


class QuietHandler(BaseHTTPRequestHandler):
    """Keep-alive, one write for head and body, no log."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        if not (self.headers.get("Content-Length") or "0").isdecimal() or "Transfer-Encoding" in self.headers:
            self.send_error(411, "Say how long the payload is")
            return False
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        code = 405 if code == 501 else code  # a method of no handler
        payload = json.dumps({"error": {"code": f"http_{code}", "message": message or "Refused."}}).encode()
        self.close_connection = True
        self.send_response(code, message)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else payload)

    def received(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))
