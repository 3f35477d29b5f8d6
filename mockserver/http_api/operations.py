"""The operations of the document, one method per operationId."""

import re
from collections.abc import Callable
from typing import Any, Final

import orjson
from connexion import request  # type: ignore[import-untyped]  # it ships no types
from starlette.responses import Response

from mockserver.http_api.answering import Answer, Answering
from mockserver.http_api.question import Question
from mockserver.http_api.reading import read_create, read_hang_up, read_list, read_update
from mockserver.http_api.validation import CHECKED_QUERY, PARSED_BODY
from mockserver.simulator.commands import Command

_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


class PhoneCallOperations:
    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    async def list_phone_calls(self, user_id: str, extension: str) -> Response:
        return self._run(read_list, user_id, extension)

    async def list_phone_call(self, user_id: str, extension: str, phone_call_id: str) -> Response:
        return self._run(read_list, user_id, extension, phone_call_id)

    async def update_phone_calls(self, user_id: str, extension: str) -> Response:
        return self._run(read_update, user_id, extension)

    async def update_phone_call(self, user_id: str, extension: str, phone_call_id: str) -> Response:
        return self._run(read_update, user_id, extension, phone_call_id)

    async def create_simple_phone_calls(self, user_id: str) -> Response:
        return self._run(read_create, user_id)

    async def hang_up_phone_calls(self, user_id: str, extension: str) -> Response:
        return self._run(read_hang_up, user_id, extension)

    async def hang_up_phone_call(self, user_id: str, extension: str, phone_call_id: str) -> Response:
        return self._run(read_hang_up, user_id, extension, phone_call_id)

    def _run(
        self,
        read: Callable[[Question], Command],
        user: str,
        extension: str | None = None,
        call_id: str | None = None,
    ) -> Response:
        token_info = request.context["token_info"]
        checked = request.scope["extensions"]
        question = Question(
            session=token_info["session"],
            viewer=token_info["sub"],
            origin=_origin(request.scope),
            user=user,
            extension=extension,
            call_id=call_id,
            query=checked[CHECKED_QUERY],
            body=checked.get(PARSED_BODY),
        )
        outcome = question.session.execute(read(question))
        return as_response(self._answering.answer(question, outcome))


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


def _origin(scope: dict[str, Any]) -> str:
    """Scheme and host as the client wrote them, so that links lead back the way it came."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    if not _HOST.fullmatch(host):
        server = scope.get("server") or ("127.0.0.1", None)
        host = server[0] if server[1] is None else f"{server[0]}:{server[1]}"
    return f"{scope['scheme']}://{host}"
