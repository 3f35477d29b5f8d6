"""From an answer to what goes out."""

from typing import TYPE_CHECKING

import orjson

from mockserver.connection.asgi import Send
from mockserver.http_api.answering import Answer

if TYPE_CHECKING:
    from starlette.responses import Response

Headers = list[tuple[bytes, bytes]]


def rendered(answer: Answer) -> tuple[Headers, bytes]:
    """Headers, their names in small letters, and the bytes of the body."""
    headers: Headers = []
    for name, value in answer.headers.items():
        headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    if answer.body is None:
        return (headers if answer.status == 204 else [*headers, (b"content-length", b"0")]), b""
    content = orjson.dumps(answer.body)
    headers += ((b"content-length", b"%d" % len(content)), (b"content-type", b"application/json"))
    return headers, content


async def send_answer(answer: Answer, send: Send) -> None:
    headers, content = rendered(answer)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def as_response(answer: Answer) -> "Response":
    """For those who have to give connexion one."""
    from starlette.responses import Response

    headers, content = rendered(answer)
    response = Response(content, status_code=answer.status)
    response.raw_headers = headers
    return response
