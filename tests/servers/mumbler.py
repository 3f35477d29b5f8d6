"""A server that says its caller's token in every answer, behind as many other letters as it is told."""

import json

from tests.servers.quoting import Quoting

PLACES = ("code", "id", "member", "link", "extension", "status line", "header", "party")
"""Where the token stands: so many ways there are for a checker to quote an answer."""


class Mumbler(Quoting):
    """Answers in the shapes of the API. `server.place` is one of `PLACES`, and `server.offset` letters come before."""

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.server.heard.add(token)
        if token in ("", "never.issued.token"):
            self.send(401, {"error": {"code": "access_denied", "message": "Who are you?"}})
            return
        place = self.server.place
        word = "m" * self.server.offset + token
        if place == "status line":
            self.wfile.write(f"HTTP/1.1 {word}\r\n\r\n".encode())
            self.close_connection = True
            return
        identifier = self.path.rpartition("/")[2]
        call = {"id": identifier, "extension": "0003*210", "phoneCallView": [{"id": "01", "status": 5}]}
        if place == "code":
            self.send(400, {"error": {"code": word, "message": word}})
            return
        if place == "header":
            self.send(302, {}, ("Location", f"https://pbx.example.com/{word}"), ("X-Said", word))
            return
        call |= {
            "id": {"id": word},
            "member": {"duration": word, "published": word},
            "link": {"links": {"self": f"https://pbx.example.com/{word}"}},
            "extension": {"extension": word},
            "party": {"phoneCallView": [{"id": "01", "status": 5, "extension": word, "source": [word]}]},
        }.get(place, {})
        self.send(200, [call])

    def send(self, status, value, *headers):
        self.send_body(status, json.dumps(value).encode(), headers)
