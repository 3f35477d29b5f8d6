"""Who may reach the control plane: this machine, and no web page from elsewhere."""

import re
from collections.abc import Mapping
from secrets import compare_digest
from typing import Final, Literal

from mockserver.connection.asgi import Scope
from mockserver.control.faults import ControlError

CONTROL_TOKEN_HEADER: Final = "X-Callpark-Control-Token"
_LOOPBACK_HOST: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_READING: Final = frozenset({"GET", "HEAD"})


Public = Literal["page", "asset"] | None


class Guard:
    """Without a token: an exact loopback Host, against DNS rebinding.  With one: the token, in a header.

    A request that a web page sent says so in Origin or Sec-Fetch-Site; it must come from the mock's own pages.
    What changes something is JSON: a form of another page can send none.
    """

    def __init__(self, *, token: str | None) -> None:
        self._token = token

    def check(self, scope: Scope, *, public: Public = None) -> None:
        """Raise ControlError.  What is public holds nothing that needs the token; a page is opened by links, too."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if self._token is None and not _LOOPBACK_HOST.fullmatch(host):
            raise ControlError(403, "host_refused", f"Host {host!r} is not this machine.")
        if public is None and not self.trusts(scope):
            raise token_required()
        origin = headers.get("origin")
        if origin is not None and origin != f"{scope['scheme']}://{host}":
            raise ControlError(403, "origin_refused", f"Origin {origin!r} may not use the control plane.")
        opened = public == "page" and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not opened:
            raise ControlError(403, "origin_refused", "Another site's page may not use the control plane.")
        if scope["method"] not in _READING:
            _check_media_type(headers)

    def trusts(self, scope: Scope) -> bool:
        """Whether the control token was shown, where one is needed."""
        name = CONTROL_TOKEN_HEADER.lower().encode()
        given = next((value for each, value in scope["headers"] if each == name), b"")
        return self._token is None or compare_digest(given, self._token.encode())


def token_required() -> ControlError:
    return ControlError(401, "control_token_required", f"{CONTROL_TOKEN_HEADER} is missing or wrong.")


def _check_media_type(headers: Mapping[str, str]) -> None:
    """A request without a body needs none."""
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if given and given != "application/json" and not given.endswith("+json"):
        raise ControlError(
            415, "media_type_refused", f"Content-Type {given!r} is refused. Allowed: application/json."
        )
