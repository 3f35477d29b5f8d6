"""`Prefer` (RFC 7240) as users of Prism know it: an answer of the document's instead of one that is worked out.

`code=400` asks for a status, `example=timeout` for one of the document's named examples, and `wait=3` for an answer
that takes so many seconds of the session's clock.  `__code` and `__example` in the query say the same for clients that
cannot set a header; the header wins.  As in Prism, a request that is refused anyway is refused first, and an answer
that is preferred has no effect on any call.
"""

import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from starlette.responses import Response

from mockserver.connection.asgi import Scope
from mockserver.http_api.answering import Answer
from mockserver.http_api.contract import Contract
from mockserver.http_api.engine import request
from mockserver.http_api.grammar import invalid, shown
from mockserver.http_api.hanging_up import while_there
from mockserver.http_api.refusals import RefusedRequest
from mockserver.http_api.rendering import as_response
from mockserver.journal.entry import UNDER_WAY
from mockserver.sessions.waiting import pause

Method = Callable[..., Awaitable[Response]]

_LONGEST_WAIT: Final = 3600
_OTHER: Final = 599


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """As written; a name that was not given is None."""

    code: str | None = None
    example: str | None = None
    wait: str | None = None

    @property
    def applied(self) -> str:
        """The value of Preference-Applied."""
        said = {"code": self.code, "example": self.example, "wait": self.wait}
        return ", ".join(f"{name}={value}" for name, value in said.items() if value is not None)


def preference_in(scope: Scope) -> Preference | None:
    """None where nothing is preferred that this module knows: other preferences are others' business."""
    header = [value for name, value in scope["headers"] if name == b"prefer"]
    query: bytes = scope.get("query_string", b"")
    if not header and b"__" not in query:
        return None
    said = dict(_twins(query)) | _said(b",".join(header).decode("latin-1"))
    wanted = {name: said.get(name) for name in ("code", "example", "wait")}
    if "respond-async" in said:  # answering at once is the opposite of waiting
        wanted["wait"] = None
    return Preference(**wanted) if any(value is not None for value in wanted.values()) else None


def _said(header: str) -> dict[str, str]:
    """Preferences by name, the first of several of one name; parameters after a semicolon do not count."""
    said: dict[str, str] = {}
    for each in header.split(","):
        name, _, value = each.partition(";")[0].partition("=")
        said.setdefault(name.strip().lower(), value.strip().strip('"'))
    return said


def _twins(query: bytes) -> Iterator[tuple[str, str]]:
    given = parse_qs(query.decode("latin-1"), keep_blank_values=True, max_num_fields=None)
    for name in ("code", "example"):
        if values := given.get(f"__{name}"):
            yield name, values[0]


class Preferences:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._operations = contract.operations()

    def before(self, operation_id: str, method: Method) -> Method:
        """`method`, asked only where no other answer is preferred; connexion still sees its parameters."""

        @wraps(method)
        async def preferring(*args: Any, **kwargs: Any) -> Response:
            preference = preference_in(request.scope)
            if preference is None:
                return await method(*args, **kwargs)
            seconds = _seconds(preference)
            answer = self._answer(operation_id, preference)
            session = request.context.get("token_info", {}).get("session")
            if seconds and session and not await while_there(request.scope, pause(session, seconds)):
                return Response(status_code=204)
            response = await method(*args, **kwargs) if answer is None else as_response(answer)
            response.headers["Preference-Applied"] = preference.applied
            if (exchange := UNDER_WAY.get()) is not None:
                exchange.preference = preference.applied
            return response

        return preferring

    def _answer(self, operation_id: str, preference: Preference) -> Answer | None:
        """None if the operation itself is to answer; raise RefusedRequest for what the document does not have."""
        operation = self._operations[operation_id]
        if preference.code is None and preference.example is None:
            return None
        statuses = self._statuses(operation, preference)
        for status in statuses:
            response = self._contract.response(operation, status) or {}
            examples = self._contract.examples(response)
            if preference.example is not None and preference.example in examples:
                return Answer(status=status, body=examples[preference.example])
            if preference.example is None:
                return Answer(status=status, body=next(iter(examples.values()), None))
        where = f"with status {preference.code}" if preference.code else "under any status"
        raise RefusedRequest(
            invalid(
                f"Prefer: there is no example {shown(preference.example)} of {operation_id} {where}. "
                f"Allowed: {self._offer(operation)}."
            )
        )

    def _statuses(self, operation: Mapping[str, Any], preference: Preference) -> tuple[int, ...]:
        listed = tuple(int(status) for status in operation["responses"] if status != "default")
        if preference.code is None:
            return (*listed, 500) if "default" in operation["responses"] else listed
        code = int(preference.code) if preference.code.isascii() and preference.code.isdecimal() else 0
        if code in listed or ("default" in operation["responses"] and 400 <= code <= 599):
            return (code,)
        raise RefusedRequest(
            invalid(
                f"Prefer: there is no answer with status {shown(preference.code)} for "
                f"{operation['operationId']}. Allowed: {self._offer(operation)}."
            )
        )

    def _offer(self, operation: Mapping[str, Any]) -> str:
        offers = []
        for status in operation["responses"]:
            number = _OTHER if status == "default" else int(status)
            names = self._contract.examples(self._contract.response(operation, number) or {})
            shown_status = "any other from 400 to 599" if status == "default" else status
            offers.append(f"code={shown_status} ({', '.join(names) or 'no examples'})")
        return "; ".join(offers)


def _seconds(preference: Preference) -> float:
    if preference.wait is None:
        return 0.0
    try:
        seconds = msgspec.convert(preference.wait, float, strict=False)
    except msgspec.ValidationError:
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_WAIT:
        raise RefusedRequest(
            invalid(f"Prefer: wait is {shown(preference.wait)}. Allowed: seconds from 0 to {_LONGEST_WAIT}.")
        )
    return seconds
