"""A server that says back what it was sent, the token above all."""

import base64
import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import quote


class Parrot(BaseHTTPRequestHandler):
    """Refuses everything, and says in headers, code and message what it was sent."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said = self.headers.get("Authorization", "")
        self.server.heard.add(said)
        encoded = base64.b64encode(said.removeprefix("Bearer ").encode()).decode()
        body = json.dumps({"error": {"code": said, "message": f"{quote(said, safe='')} {encoded}"}}).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Said", said)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = do_HEAD = answer

    def log_message(self, *_):
        pass
