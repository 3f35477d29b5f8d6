"""Where a request came to, in its client's own words."""

import re
from collections.abc import Iterable
from typing import Final

_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def origin_of(
    scheme: str, headers: Iterable[tuple[bytes, bytes]], server: tuple[str, int | None] | None = None
) -> str:
    """Scheme and host as the client wrote them, so that links lead back the way it came."""
    host = dict(headers).get(b"host", b"").decode("latin-1")
    if not _HOST.fullmatch(host):
        name, port = server or ("127.0.0.1", None)
        host = name if port is None else f"{name}:{port}"
    return f"{scheme}://{host}"
