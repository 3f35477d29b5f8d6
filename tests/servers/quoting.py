"""What the servers that say a caller's secrets back have in common."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def quoting(handler, **state):
    """A server of this handler; `state` is what it holds at first, beside the set of what it `heard`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    vars(server).update(state, heard=set())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Quoting(BaseHTTPRequestHandler):
    """Every method is an `answer`."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        raise NotImplementedError

    def send_body(self, status, body, headers):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        self.answer()

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = do_HEAD = handle_any

    def log_message(self, *_):
        pass
