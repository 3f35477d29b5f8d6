"""A few requests before a run, so that a broken set-up is one line and not a hundred inconclusive cases.

What a target that can be judged may do wrong (take any token, refuse without an error response) is noted only: the
run says so with a verdict. What leaves nothing to judge stops it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contract_tests.draft import listing
from contract_tests.exchange import Exchange, Request, Response
from contract_tests.expectation.expect import parse_json
from contract_tests.profile import Profile
from contract_tests.redaction import Redaction
from contract_tests.state.prepared import PreparedRung
from contract_tests.state.rung import Rung, RungError, quoted
from contract_tests.target import Target

MOST_REQUESTS = 7
"""What a preflight and the look at what answers send at the most, waiting for a phone and fetching a token aside."""
NOBODYS_TOKEN = "Bearer never.issued.token"
NOBODYS_CALL = "callparkpreflight0"
_NOTHING_THERE = (404, 405, 501)
_DENIED = (401, 403)
_WHAT_TO_DO = {
    "control": "see what the mock says",
    "api": "is the profile's destination a phone that picks up, and does the extension belong to the user?",
    "hook": "try the hook by hand with the question that the README shows",
    "inventory": "park calls and list them in the profile's inventory",
    "operator": "park a call at the extension and run the check again",
}


class NotReady(Exception):
    """The target cannot be judged as things are; the message says what stands in the way and what to do."""


def not_ready(target: Target, message: str) -> NotReady:
    """The message without the target's secrets, whatever it quotes of an answer."""
    return NotReady(Redaction(target.secrets)(message))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The rung, with the call that was parked to try it, and what the user may want to know beforehand."""

    rung: Rung
    notes: tuple[str, ...] = ()


def preflight(target: Target, profile: Profile, rung: Rung) -> Ready:
    """Raises `NotReady` where there is nothing to judge.

    Asked are an UnPark by nobody of a call that there is not, which changes nothing; a listing, unless the rung's own
    requests prove that the token is accepted, or listings are not offered; and a parked call.
    """
    stranger = _answered(target, _unpark_by_nobody(profile), "UnPark PhoneCalls")
    prepared = rung if isinstance(rung, PreparedRung) else PreparedRung(rung=rung)
    lists = "list" not in profile.not_offered
    if rung.name != "api" and lists:
        _check_token(target, profile, stranger)
    try:
        prepared.prepare()
    except RungError as error:
        if rung.name == "api" and lists:
            _check_token(target, profile, stranger)
        raise not_ready(
            target,
            f"no parked call can be had of {target.url} by the rung {rung.name}: {error}; {_WHAT_TO_DO[rung.name]}",
        ) from error
    return Ready(rung=prepared, notes=tuple(_notes(stranger)))


def _check_token(target: Target, profile: Profile, stranger: Response) -> None:
    listed = _answered(target, listing(profile.user, profile.extension, None), "List PhoneCalls")
    if listed.status in _DENIED:
        raise not_ready(
            target,
            f"{target.url} does not accept the token (it answered {listed.status}{_said(listed.body, target.secrets)});"
            f" check {_where_from(profile)} and the profile's user",
        )
    if _is_no_api(stranger) and _is_no_api(listed):
        raise not_ready(
            target,
            f"nothing at {target.url} answers as a UnifiedAPI does: List PhoneCalls and UnPark PhoneCalls got"
            f" {listed.status} and {stranger.status}, and no JSON; give origin and path up to /uapi",
        )


def _unpark_by_nobody(profile: Profile) -> Request:
    request = listing(profile.user, profile.extension, NOBODYS_CALL, authorization=NOBODYS_TOKEN)
    return replace(
        request,
        method="PUT",
        headers=(*request.headers, ("Content-Type", "application/json")),
        body=b'{"action": "UnPark", "phoneCallViewId": "01"}',
    )


def _answered(target: Target, request: Request, name: str) -> Response:
    exchange = target.exchange(request, role="preflight")
    response = exchange.response
    if response is None:
        trouble = quoted((exchange.trouble or "").rstrip("."), target.secrets)
        raise not_ready(target, f"{target.url} does not answer {name}: {trouble}{_hint(target, exchange)}")
    if 300 <= response.status < 400:
        where = response.header("location") or "nowhere"
        raise not_ready(
            target,
            f"{target.url} redirects to {quoted(where, target.secrets)!r};"
            " give the address that answers, tokens are not sent on",
        )
    return response


def _hint(target: Target, exchange: Exchange) -> str:
    hung_up = "disconnected" in (exchange.trouble or "")
    return "; if it serves https, say https:// in the address" if hung_up and _is_plain(target) else ""


def _is_plain(target: Target) -> bool:
    return target.url.startswith("http:")


def _where_from(profile: Profile) -> str:
    return f"the client id {profile.client.id}" if profile.client else "CALLPARK_TOKEN"


def _is_no_api(response: Response) -> bool:
    """Whether this is the answer of a web server where no API is, which has its own pages for that."""
    is_page = (response.header("content-type") or "").lower().startswith("text/html")
    return _value(response.body) is None and (
        response.status in _NOTHING_THERE or (response.status == 200 and is_page)
    )


def _notes(stranger: Response) -> Iterator[str]:
    if 200 <= stranger.status < 300 or stranger.status >= 500:
        yield f"a token that nobody issued is answered {stranger.status}"
    elif not isinstance(_value(stranger.body), dict):
        yield f"a refusal ({stranger.status}) comes without an error response in JSON"


def _said(body: bytes, secrets: Mapping[str, str]) -> str:
    value = _value(body)
    error = value.get("error") if isinstance(value, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return f" {quoted(code, secrets)!r}" if isinstance(code, str) else ""


def _value(body: bytes) -> Any:
    try:
        return parse_json(body)
    except ValueError:
        return None
