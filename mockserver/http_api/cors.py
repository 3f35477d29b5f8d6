"""Web pages on this machine may use the vendor's paths; starlette's middleware answers only the origins meant."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from mockserver.connection.asgi import App, Receive, Scope, Send

LOOPBACK_ORIGIN: Final = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")
_EXPOSED: Final = ("Retry-After", "Preference-Applied", "X-Callpark-Explain")
_METHODS: Final = ("GET", "PUT", "POST", "DELETE", "HEAD")


class Cors:
    """A request from any other origin is served as if there were no CORS at all: the browser then keeps it away."""

    def __init__(self, app: App, *, origins: Iterable[str] = ()) -> None:
        self._origins = frozenset(origins)
        self._without = app

    @cached_property
    def _with(self) -> App:
        from mockserver.http_api.preflight import EnvelopeCors

        return EnvelopeCors(
            self._without,
            allow_origins=tuple(self._origins),
            allow_origin_regex=LOOPBACK_ORIGIN.pattern,
            allow_credentials=True,
            allow_methods=_METHODS,
            allow_headers=("*",),
            expose_headers=_EXPOSED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = dict(scope.get("headers", ())).get(b"origin", b"").decode("latin-1")
        allowed = origin in self._origins or LOOPBACK_ORIGIN.fullmatch(origin)
        await (self._with if allowed else self._without)(scope, receive, send)
