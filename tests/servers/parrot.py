"""A server that says back what it was sent, the secrets above all, in whatever spelling a server can think of."""

import base64
import json
from urllib.parse import parse_qs, quote

from tests.servers.quoting import Quoting

REFRESH = "r3fresh/t0ken+of.app"


class Parrot(Quoting):
    """Gives the token that the server holds, refuses all else, and says what it was sent wherever it can."""

    def answer(self):
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        self.server.heard |= set(self.headers.values())
        said = [
            self.headers.get("Authorization", "").removeprefix("Bearer "),
            self.headers.get("X-Api-Key", ""),
        ]
        said += parse_qs(asked).get("client_secret", [])
        said += [word for word in (REFRESH,) if self.server.issued]
        said = [word for word in said if word]
        if self.path == "/oauth/token.php" and self.server.issued:
            tokens = {
                "access_token": self.server.issued,
                "refresh_token": REFRESH,
                "said": self.spelled(said),
            }
            self.send(200, said, tokens)
        else:
            self.send(400, said, {"error": {"code": said[0] if said else "", "message": self.spelled(said)}})

    def spelled(self, said):
        return " ".join(
            spelled
            for word in said
            for spelled in (
                word,
                quote(word, safe=""),
                base64.b64encode(word.encode()).decode(),
                base64.encodebytes(4 * word.encode()).decode(),
                word.upper(),
                word.encode().hex(),
                "".join(f"\\x{ord(character):02x}" for character in word),
            )
        )

    def send(self, status, said, value):
        body = json.dumps(value)
        for word in said:
            body = body.replace(json.dumps(word)[1:-1], f"\\u{ord(word[0]):04x}{json.dumps(word)[2:-1]}", 1)
        headers = []
        for word in said:
            headers += [
                ("X-Said", word),
                ("Location", f"https://pbx.example.com/login?token={quote(word, safe='')}"),
                ("Set-Cookie", f"session={word}; HttpOnly"),
            ]
        self.send_body(status, body.encode(), headers)
