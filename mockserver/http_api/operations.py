"""The operations of the document, one method per operationId."""

from collections.abc import Callable

from msgspec.structs import replace
from starlette.responses import Response

from mockserver.connection.asgi import Scope
from mockserver.http_api.answering import Answering
from mockserver.http_api.engine import request
from mockserver.http_api.hanging_up import while_there
from mockserver.http_api.origin import origin_of
from mockserver.http_api.question import Question
from mockserver.http_api.reading import read_create, read_hang_up, read_list, read_update
from mockserver.http_api.rendering import as_response
from mockserver.http_api.respond_async import ACCEPTED, APPLIED, wants_async
from mockserver.http_api.validation import CHECKED_QUERY, PARSED_BODY
from mockserver.sessions.waiting import pickups_of, ringing_in
from mockserver.simulator.commands import Command
from mockserver.simulator.outcomes import NothingToDo, Outcome, Retrieved


class PhoneCallOperations:
    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    async def list_phone_calls(self, user_id: str, extension: str) -> Response:
        return self._run(read_list, user_id, extension)

    async def list_phone_call(self, user_id: str, extension: str, phone_call_id: str) -> Response:
        return self._run(read_list, user_id, extension, phone_call_id)

    async def update_phone_calls(self, user_id: str, extension: str) -> Response:
        return await self._update(_question(user_id, extension))

    async def update_phone_call(self, user_id: str, extension: str, phone_call_id: str) -> Response:
        return await self._update(_question(user_id, extension, phone_call_id))

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
        question = _question(user, extension, call_id)
        outcome = question.session.execute(read(question))
        return as_response(self._answering.answer(question, outcome))

    async def _update(self, question: Question) -> Response:
        """An UnPark whose terminal rings is answered when it was picked up, or was not, if the client waits."""
        outcome: Outcome = question.session.execute(read_update(question))
        if not isinstance(outcome, Retrieved):
            return as_response(self._answering.answer(question, outcome))
        if wants_async(request.headers.getlist("prefer")):
            answer = self._answering.answer(question, outcome)
            return as_response(replace(answer, status=ACCEPTED, headers={**answer.headers, **APPLIED}))
        if rings(self._answering, outcome):
            outcome = await when_over(question, outcome, request.scope)
        return as_response(self._answering.answer(question, outcome))


def rings(answering: Answering, retrieved: Retrieved) -> bool:
    """Whether a terminal still rings that the answer waits for."""
    return answering.waits_for_pickup and bool(ringing_in(retrieved))


async def when_over(question: Question, retrieved: Retrieved, scope: Scope) -> Outcome:
    """What has become of a retrieval when no terminal rings any more, or its client has gone."""
    with pickups_of(question.session, retrieved) as pickups:
        return await while_there(scope, pickups.over()) or NothingToDo()


def _question(user: str, extension: str | None = None, call_id: str | None = None) -> Question:
    token_info = request.context["token_info"]
    scope = request.scope
    checked = scope["extensions"]
    return Question(
        session=token_info["session"],
        viewer=token_info["sub"],
        origin=origin_of(scope["scheme"], scope["headers"], scope.get("server")),
        user=user,
        extension=extension,
        call_id=call_id,
        query=checked[CHECKED_QUERY],
        body=checked.get(PARSED_BODY),
    )
