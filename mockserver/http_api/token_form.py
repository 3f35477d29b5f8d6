"""What a client sends to the token endpoint, in any of the encodings that published clients use, as JSON.

A form in URL encoding is what the documentation asks for; some clients begin it with `&`. One sends multipart/form-data
because its HTTP library makes that of an array, another sends JSON.
"""

from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from mockserver.connection.asgi import Message
from mockserver.http_api.grammar import invalid
from mockserver.http_api.refusals import RefusedRequest

_FIELDS: Final = 50
_MULTIPART: Final = "multipart/form-data"


async def form_as_json(body: bytes, content_type: str) -> bytes:
    """The fields as one JSON object; what is JSON already stays as it is.

    Raise RefusedRequest for a form that cannot be read, or that names a field twice (RFC 6749, section 3.2).
    """
    if content_type.partition(";")[0].strip().lower() == _MULTIPART:
        return _as_object(await _parts(body, content_type))
    if body.lstrip()[:1] in (b"{", b"[", b'"'):
        return body
    try:
        text = body.decode()
        return _as_object(
            parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS, encoding="utf-8", errors="strict")
        )
    except ValueError:
        raise RefusedRequest(invalid("The payload is neither a form in UTF-8 nor JSON.")) from None


async def _parts(body: bytes, content_type: str) -> list[tuple[str, str]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "headers": [(b"content-type", content_type.encode("latin-1"))]}
    try:
        async with Request(scope, receive).form(max_files=0, max_fields=_FIELDS) as form:
            return _texts(form)
    except (HTTPException, MultiPartException, KeyError, UnicodeDecodeError) as error:
        message = f"The payload is no multipart form: {getattr(error, 'message', error)}"
        raise RefusedRequest(invalid(f"{message.rstrip('.')}.")) from None


def _texts(form: FormData) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def _as_object(fields: Iterable[tuple[str, str]]) -> bytes:
    found: dict[str, str] = {}
    for name, value in fields:
        if name in found:
            raise RefusedRequest(invalid(f"{name} stands twice. Allowed: each field once."))
        found[name] = value
    return orjson.dumps(found)
