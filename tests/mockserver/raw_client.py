"""A client that sends what it is told byte for byte."""

import json
import socket
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Wire:
    """Sends a head as it stands and reads the answer, its header names in the case in which they came."""

    def __init__(self, url, ca_file):
        self.url = urlsplit(url)
        self.context = ssl.create_default_context(cafile=ca_file) if ca_file else None

    def __call__(self, method, target, *headers, body=b""):
        body = body.encode() if isinstance(body, str) else body
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.url.netloc}", "Connection: close", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        with self._connected() as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, content = answer.partition(b"\r\n\r\n")
        status, *fields = head.decode("latin-1").split("\r\n")
        named = dict(field.split(": ", 1) for field in fields)
        assert "Location" not in named
        return Answer(int(status.split(" ")[1]), named, content)

    def advance(self, session, seconds):
        answer = self(
            "POST",
            "/_mock/clock/advance",
            "Content-Type: application/json",
            f"X-Callpark-Session: {session}",
            body=json.dumps({"seconds": seconds}),
        )
        assert answer.status == 200, answer.body

    @contextmanager
    def _connected(self):
        with socket.create_connection((self.url.hostname, self.url.port), timeout=10) as plain:
            if self.context is None:
                yield plain
            else:
                with self.context.wrap_socket(plain, server_hostname=self.url.hostname) as secure:
                    yield secure
