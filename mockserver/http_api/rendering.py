"""From an answer to the response that goes out."""

import orjson
from starlette.responses import Response

from mockserver.http_api.answering import Answer


def as_response(answer: Answer) -> Response:
    headers = dict(answer.headers)
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return Response(
        orjson.dumps(answer.body),
        status_code=answer.status,
        headers=headers,
        media_type="application/json",
    )
