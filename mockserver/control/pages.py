"""The pages for people: the console, which is static files, and the references, rendered from the documents."""

from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Final

from starlette.responses import Response

from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import ControlError
from mockserver.control.reference import reference

_FOLDER: Final = files("mockserver") / "control" / "console"
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


async def console(_asked: Asked) -> Response:
    return _page("index.html")


async def asset(asked: Asked) -> Response:
    name = asked.path["asset"]
    if name not in _assets():
        raise ControlError(404, "not_found", f"There is no {name!r} here.")
    return _page(name)


async def references(_asked: Asked) -> Response:
    return _html(reference("vendor"))


async def control_reference(_asked: Asked) -> Response:
    return _html(reference("control"))


PAGES: Final[Operations] = {
    "openConsole": console,
    "getAsset": asset,
    "openReference": references,
    "openControlReference": control_reference,
}


@cache
def _assets() -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in _FOLDER.iterdir() if each.is_file()}


def _page(name: str) -> Response:
    media_type = _MEDIA_TYPES[PurePosixPath(name).suffix]
    return Response(_assets()[name], media_type=media_type, headers=_HEADERS)


def _html(text: str) -> Response:
    return Response(text, media_type="text/html", headers=_HEADERS)
