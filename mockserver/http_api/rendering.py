"""From an answer to the response that goes out."""

from typing import TYPE_CHECKING

import orjson

from mockserver.http_api.answering import Answer

if TYPE_CHECKING:
    from starlette.responses import Response


def as_response(answer: Answer) -> "Response":
    from starlette.responses import Response

    headers = dict(answer.headers)
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return Response(
        orjson.dumps(answer.body),
        status_code=answer.status,
        headers=headers,
        media_type="application/json",
    )
