"""What only the world can have against a request, found by putting one thing right after the other."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from msgspec.structs import replace

from mockserver.explanation import grounds
from mockserver.explanation.attempt import Attempt
from mockserver.explanation.wrong import Wrong
from mockserver.http_api.answering import Answering
from mockserver.http_api.grammar import shown
from mockserver.http_api.question import Question
from mockserver.http_api.reading import read_create, read_hang_up, read_list, read_update
from mockserver.http_api.refusals import RefusedRequest
from mockserver.sessions.session import Session
from mockserver.simulator.commands import Command
from mockserver.simulator.directory import Extension, Pickup
from mockserver.simulator.door import decide
from mockserver.simulator.lifecycle import Phase
from mockserver.simulator.outcomes import Conflict, Field, Outcome, Refused
from mockserver.simulator.phone_call import PhoneCall
from mockserver.simulator.world import World

_READERS: Final[Mapping[str, Callable[[Question], Command]]] = {
    "list_phone_calls": read_list,
    "list_phone_call": read_list,
    "update_phone_calls": read_update,
    "update_phone_call": read_update,
    "create_simple_phone_calls": read_create,
    "hang_up_phone_calls": read_hang_up,
    "hang_up_phone_call": read_hang_up,
}
TypedQuery = Callable[[Mapping[str, str]], Mapping[str, Any]]

_STEPS: Final = 10
_CALL_TEMPLATE: Final = "/phoneCalls/{userId}/{extension}/{phoneCallId}"
_IN_PATH: Final = frozenset({Field.USER_ID, Field.EXTENSION, Field.PHONE_CALL_ID})


class _NoIds:
    """Stands in for the session where a command is only tried: no id is used up."""

    def new_call_id(self) -> str:
        return "0"


class Worldly:
    """Asks the simulator what it would say, changes what it names, and asks again; nothing takes effect."""

    def __init__(
        self, session: Session, world: World, viewer: str, answering: Answering, typed: TypedQuery
    ) -> None:
        self._typed = typed
        self._session = session
        self._world = world
        self._viewer = viewer
        self._answering = answering
        self.is_accepted = False

    def wrongs(self, attempt: Attempt, operation_id: str) -> Iterator[Wrong]:
        for _ in range(_STEPS):
            question = self._question(attempt)
            tried = replace(question, session=cast(Session, _NoIds()))
            outcome = decide(self._world, _READERS[operation_id](tried), self._world.now).outcome
            if not isinstance(outcome, Refused):
                yield from self._accepted(question, outcome)
                return
            told = self._answering.answer(question, outcome).body["error"]
            clauses = grounds.of_refused(outcome, names_call="phoneCallId" in attempt.variables)
            where, instead = self._put_right(attempt, outcome)
            yield Wrong(
                where=where,
                code=told["code"],
                message=told["message"],
                clauses=clauses,
                instead=instead,
            )
            if instead is None:
                return

    def _accepted(self, question: Question, outcome: Outcome) -> Iterator[Wrong]:
        """What is asked of the answer can still be wrong: the filter, the fields, the order of a list."""
        try:
            self.is_accepted = self._answering.answer(question, outcome).status < 400
        except RefusedRequest as error:
            yield Wrong(where="query", code=error.refusal.code, message=error.refusal.message)

    def _question(self, attempt: Attempt) -> Question:
        return Question(
            session=self._session,
            viewer=self._viewer,
            origin=attempt.origin,
            user=attempt.variables["userId"],
            extension=attempt.variables.get("extension"),
            call_id=attempt.variables.get("phoneCallId"),
            query=self._typed(attempt.query),
            body=None if attempt.body is ... else attempt.body,
        )

    def _put_right(self, attempt: Attempt, refused: Refused) -> tuple[str, str | None]:
        """Where it is wrong, and what is there now; None if the world has nothing better."""
        cause = refused.cause
        if cause is Conflict.NOT_PARKED:
            cause = Field.PHONE_CALL_ID
        if isinstance(cause, Conflict):
            return "the call", None
        if cause in _IN_PATH and (cause is not Field.EXTENSION or "extension" in attempt.variables):
            return f"path {cause}", self._in_path(attempt, cause)
        return f"payload {cause}", self._in_payload(attempt, cause)

    def _in_path(self, attempt: Attempt, cause: Field) -> str | None:
        if cause is Field.USER_ID:
            return _changed(attempt.variables, cause, self._viewer)
        call = parked_call(self._world, self._viewer)
        if cause is Field.EXTENSION:
            own = self._world.directory.terminals_of(self._viewer)
            number = call.extension if call else own[0].number if own else None
            return _changed(attempt.variables, cause, number)
        if call is None:
            return None
        attempt.template = _CALL_TEMPLATE
        if attempt.variables["extension"] not in ("@self", call.extension):
            attempt.variables["extension"] = call.extension
        return _changed(attempt.variables, cause, call.id)

    def _in_payload(self, attempt: Attempt, cause: Field) -> str | None:
        body = attempt.body
        if cause is Field.PHONE_CALL_VIEW_ID:
            call = self._world.calls.get(attempt.variables.get("phoneCallId", ""))
            view = (call.parked_view or call.views[0]) if call else None
            return _changed(body, cause, view.id if view else None)
        terminal = free_terminal(self._world, self._viewer)
        number = terminal.number if terminal else None
        if cause in (Field.SOURCE, Field.DESTINATION) and number is not None:
            member: Any = body["phoneCallView"][0]
            return _changed(member, cause, [number])
        return _changed(body, cause, number)


def parked_call(world: World, viewer: str) -> PhoneCall | None:
    mine = [call for call in world.calls.values() if call.user_id == viewer]
    return next((call for call in mine if call.phase is Phase.PARKED), mine[0] if mine else None)


def free_terminal(world: World, viewer: str) -> Extension | None:
    """A Phone Terminal of the viewer's organization that can be rung."""
    organization = world.directory.users[viewer].organization_id
    return next(
        (
            each
            for each in world.directory.extensions.values()
            if each.organization_id == organization
            and each.is_phone_terminal
            and each.answering.pickup is Pickup.ANSWERS
        ),
        None,
    )


def documented(world: World, *, viewer: str, origin: str, base_path: str, token: str) -> Attempt | None:
    """The page's request, for a call that is there."""
    call, terminal = parked_call(world, viewer), free_terminal(world, viewer)
    if call is None or terminal is None:
        return None
    view = call.parked_view or call.views[0]
    return Attempt(
        method="PUT",
        origin=origin,
        base_path=base_path,
        template=_CALL_TEMPLATE,
        variables={"userId": viewer, "extension": call.extension, "phoneCallId": call.id},
        token=token,
        body={"action": "UnPark", "sendCallTo": terminal.number, "phoneCallViewId": view.id},
    )


def _changed(members: dict[str, Any], name: str, value: Any) -> str | None:
    """None if there is nothing to change it to, or if it is that already."""
    if value is None or members.get(name) == value:
        return None
    members[str(name)] = value
    return shown(value)
