"""A few requests before a run, so that a broken set-up is one line and not a hundred inconclusive cases."""

from __future__ import annotations

from contract_tests.draft import listing
from contract_tests.expectation.expect import parse_json
from contract_tests.profile import Profile
from contract_tests.target import Target


class NotReady(Exception):
    """The target cannot be judged as things are; the message says what stands in the way and what to do."""


def preflight(target: Target, profile: Profile) -> None:
    """Raises `NotReady` where the target gives no usable answer, or does not accept the token.

    A listing is asked for, which changes nothing. A target that does not list calls may refuse it in any way.
    """
    exchange = target.exchange(listing(profile.user, profile.extension, None), role="preflight")
    if exchange.response is None:
        raise NotReady(f"{target.url} does not answer List PhoneCalls: {exchange.trouble}")
    if exchange.response.status in (401, 403):
        raise NotReady(
            f"{target.url} does not accept the token (it answered {exchange.response.status}"
            f"{_said(exchange.response.body)}); check CALLPARK_TOKEN and the profile's user"
        )
    if 300 <= exchange.response.status < 400:
        where = exchange.response.header("location") or "nowhere"
        raise NotReady(
            f"{target.url} redirects to {where[:200]!r}; give the address that answers, tokens are not sent on"
        )


def _said(body: bytes) -> str:
    try:
        value = parse_json(body)
    except ValueError:
        return ""
    error = value.get("error") if isinstance(value, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return f" {code[:60]!r}" if isinstance(code, str) else ""
