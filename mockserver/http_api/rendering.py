"""From an answer to what goes out."""

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import orjson

from mockserver.connection.asgi import Send
from mockserver.http_api.answering import Answer

if TYPE_CHECKING:
    from starlette.responses import Response

Headers = tuple[tuple[bytes, bytes], ...]
_NO_HEADERS: Final[Headers] = ()
_JSON: Final = (b"content-type", b"application/json")


def rendered(answer: Answer) -> tuple[Headers, bytes]:
    """Headers, their names in small letters, and the bytes of the body."""
    content, described = b"", _NO_HEADERS
    if answer.body is not None:
        content = orjson.dumps(answer.body)
        described = _as_json(len(content))
    elif answer.status != 204:
        described = (_length(0),)
    if not answer.headers:
        return described, content
    own = (
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()
    )
    return (*own, *described), content


@lru_cache(maxsize=1024)
def _as_json(size: int) -> Headers:
    return _length(size), _JSON


def _length(size: int) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % size


async def send_answer(answer: Answer, send: Send) -> None:
    headers, content = rendered(answer)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def as_response(answer: Answer) -> "Response":
    """For those who have to give connexion one."""
    from starlette.responses import Response

    headers, content = rendered(answer)
    response = Response(content, status_code=answer.status)
    response.raw_headers = list(headers)
    return response
