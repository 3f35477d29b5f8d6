"""Paths as clients write them, and as the document has them."""

from typing import Final
from urllib.parse import quote, unquote_to_bytes

from mockserver.connection.asgi import Scope

TOKEN_PATH: Final = "/oauth/token.php"
_ALIAS: Final = "unifiedapi"
_TOKEN_SEGMENTS: Final = TOKEN_PATH.strip("/").split("/")


def raw_path(scope: Scope) -> bytes:
    """Still encoded, without the query."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return raw.partition(b"?")[0]


def cured_path(raw: bytes, base_path: str) -> str:
    """Decoded, and where connexion has it: the token endpoint below the base path, and nothing else there."""
    base = base_path.strip("/")
    segments = [_segment(part) for part in raw.strip(b"/").split(b"/")]
    if segments[0] == _ALIAS:
        segments[0] = base
    if segments == _TOKEN_SEGMENTS:
        return base_path + TOKEN_PATH
    if segments == [base, *_TOKEN_SEGMENTS]:
        return TOKEN_PATH
    path = "/" + "/".join(segments)
    return f"{path}/" if segments == [base] else path


def _segment(raw: bytes) -> str:
    decoded = unquote_to_bytes(raw).decode("utf-8", "replace")
    if decoded.isprintable() and "/" not in decoded:
        return decoded
    return "".join(each if each.isprintable() and each != "/" else "\ufffd" for each in decoded)
