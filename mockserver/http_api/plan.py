"""What connexion works out anew at every request, worked out once: where a path leads, and what a body must be.

Everything comes from connexion's own reading of the document, so that the two cannot differ in what they were told.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from jsonschema_rs import Draft4Validator
from msgspec import Struct

from mockserver.http_api.grammar import Compiled, missing, value_fault
from mockserver.http_api.path import cured_path
from mockserver.http_api.payload import fault_of, normalized, parse
from mockserver.http_api.plain_operations import PlainOperation, Schema
from mockserver.http_api.question import Question
from mockserver.http_api.reading import read_list, read_update
from mockserver.http_api.refusals import Refusal, RefusedRequest
from mockserver.http_api.vendor_api import VendorApi
from mockserver.simulator.commands import Command

_ROUTES_KEPT: Final = 4096
_PAYLOADS_KEPT: Final = 1024
_LONGEST_KEPT: Final = 1024
_READERS: Final[Mapping[str, Callable[[Question], Command]]] = {
    "list_phone_calls": read_list,
    "list_phone_call": read_list,
    "update_phone_calls": read_update,
    "update_phone_call": read_update,
}


class Planned(Struct, frozen=True, kw_only=True):
    """One operation; `body` checks its payload, and is None where it takes none."""

    parameters: tuple[Mapping[str, Any], ...]
    body: "BodyCheck | None"
    answers: "AnswerCheck"
    read: Callable[[Question], Command]


class Route(Struct, frozen=True, kw_only=True):
    """Where a path leads: `fault` is what its segments have wrong, found before any body is looked at."""

    planned: Planned
    user: str
    extension: str
    call_id: str | None
    fault: Refusal | None

    def checked(self, data: bytes) -> tuple[Any, Refusal | None]:
        """The payload as handlers get it, None where there is none; or the first fault of path and payload."""
        check = self.planned.body
        if self.fault is not None or check is None:
            return None, self.fault
        return check.known(data) if len(data) <= _LONGEST_KEPT else check.looked_at(data)


class Plan:
    def __init__(self, vendor: VendorApi) -> None:
        self._base = vendor.contract.base_path
        self._contract = vendor.contract
        self._compiled = vendor.compiled
        self._planned: dict[tuple[str, str], Planned] = {
            (operation.method, operation.path): self._plan(operation, vendor)
            for operation in vendor.operations
            if operation.name in _READERS
        }
        self.route = lru_cache(maxsize=_ROUTES_KEPT)(self._route)
        """By method and raw path; None where the whole way has to be gone."""

    def _plan(self, operation: PlainOperation, vendor: VendorApi) -> Planned:
        return Planned(
            parameters=operation.parameters,
            body=None if operation.body is None else BodyCheck(self._compiled, operation.body, vendor),
            answers=AnswerCheck(operation),
            read=_READERS[operation.name],
        )

    def _route(self, method: str, raw: bytes) -> Route | None:
        path = cured_path(raw, self._base)
        place = self._contract.place_at(path) if path.startswith(f"{self._base}/") else None
        planned = self._planned.get((method, place.template)) if place else None
        if place is None or planned is None:
            return None
        values = place.variables
        return Route(
            planned=planned,
            user=values["userId"],
            extension=values["extension"],
            call_id=values.get("phoneCallId"),
            fault=next(self._faults(planned.parameters, values), None),
        )

    def _faults(
        self, parameters: tuple[Mapping[str, Any], ...], values: Mapping[str, str]
    ) -> Iterator[Refusal]:
        for each in parameters:
            name = each["name"]
            fault = (
                value_fault(self._compiled, each["schema"], each, values[name], at=name)
                if name in values
                else missing(each, at=name)
            )
            if fault is not None:
                yield fault


class BodyCheck:
    """A payload from bytes to what handlers get: one look of a compiled validator where nothing is wrong with it."""

    def __init__(self, compiled: Compiled, schema: Schema, vendor: VendorApi) -> None:
        self._compiled = compiled
        self._schema = schema
        self._presentation = vendor.presentation
        word = schema["discriminator"]["propertyName"]
        self._word = word
        self._branches = {
            branch["properties"][word]["enum"][0]: _as_members_are_checked(branch)
            for branch in schema["oneOf"]
        }
        self.known = lru_cache(maxsize=_PAYLOADS_KEPT)(self.looked_at)
        """The same bytes are found right, or wrong, once; whoever gets a payload does not change it."""

    def looked_at(self, data: bytes) -> tuple[Any, Refusal | None]:
        try:
            return self._read(data), None
        except RefusedRequest as error:
            return None, error.refusal

    def _read(self, data: bytes) -> Any:
        """Raise RefusedRequest with the first fault, as the whole way names it."""
        body = normalized(parse(data), self._presentation)
        if isinstance(body, dict):
            word = body.get(self._word)
            right = self._branches.get(word) if isinstance(word, str) else None
            if right is not None and right.is_valid(body):
                return body
        fault = fault_of(self._compiled, self._schema, body, self._presentation)
        if fault is not None:
            raise RefusedRequest(fault)
        return body


class AnswerCheck:
    """Bodies of answers against the document, by status."""

    def __init__(self, operation: PlainOperation) -> None:
        self._operation = operation
        self._known: dict[int, Draft4Validator | None] = {}

    def accepts(self, status: int, body: Any) -> bool:
        if status not in self._known:
            schema = self._operation.answer(status)
            self._known[status] = None if schema is None else Draft4Validator(dict(schema))
        validator = self._known[status]
        return body is None if validator is None else bool(validator.is_valid(body))


def _as_members_are_checked(branch: Mapping[str, Any]) -> Draft4Validator:
    """What `fault_of` looks at, member by member, in one schema; it must not say more than that."""
    assert not any("properties" in member.get("items", {}) for member in branch["properties"].values())
    return Draft4Validator(
        {"type": "object", "required": branch.get("required", []), "properties": branch["properties"]}
    )
