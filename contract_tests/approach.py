"""How a target is approached: which profile describes it, and which rung gets parked calls on it."""

from __future__ import annotations

import ssl
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from contract_tests.credentials import CLIENT_SECRET, Client, Credentials, header_secrets
from contract_tests.draft import Setting, documented, listing
from contract_tests.exchange import Request
from contract_tests.preflight import NOBODYS_CALL, not_ready
from contract_tests.profile import Profile, mock_profile
from contract_tests.redaction import Redaction
from contract_tests.state.api import ApiRung
from contract_tests.state.control import control_rung, is_our_mock
from contract_tests.state.hook import hook_rung, hook_secrets
from contract_tests.state.inventory import inventory_rung, look_at
from contract_tests.state.operator import OperatorRung
from contract_tests.state.prepared import PreparedRung
from contract_tests.state.rung import Rung, RungError
from contract_tests.target import Limits, Target
from contract_tests.world import KnownCall

RungName = Literal["auto", "control", "api", "hook", "inventory", "operator"]
_NEEDS = {
    "control": "only our own mock has a control plane",
    "api": "it needs a destination to call, in the profile",
    "hook": "it needs a hook, a URL or a command, in the profile",
    "inventory": "it needs an inventory, a file of parked calls, in the profile",
    "operator": "it needs a person at a terminal",
}
SESSION = "check-{run}"
DEFAULT_SESSION = "default"


class NoToken(Exception):
    """The target is not our mock and nobody said which token to use."""


class NoSuchRung(Exception):
    """The rung asked for cannot be used on this target; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """A target with the profile and the rung to check it with. `note` says what was assumed, if anything was."""

    target: Target
    profile: Profile
    rung: Rung
    note: str = ""


def approach(
    url: str,
    *,
    run: str,
    profile: Profile | None = None,
    tokens: Mapping[str, str] | None = None,
    fallback_tokens: Mapping[str, str] | None = None,
    client: Client | None = None,
    rung: RungName = "auto",
    headers: tuple[tuple[str, str], ...] = (),
    rate: float | None = None,
    timeout: float = Limits().answer,
    tls: ssl.SSLContext | bool = True,
    now: Callable[[], float] = time.monotonic,
) -> Approach:
    """Finds out what answers at a URL and how to check it.

    Without a profile and without a token our own mock is checked in a session of its own; anything else needs a
    token. `tokens` maps `token`, `other_token` and `expired_token` to their values and wins over the profile;
    `fallback_tokens`, those of the environment, fill what is missing, but do not lead into our mock's own sessions.

    With a `client`, which wins over the profile's, the token is fetched from the token endpoint and renewed when it
    ends; then no other may be given.

    Of `headers`, which go along with every request, the secrets are kept apart (`header_secrets`).

    `timeout` is how many seconds an answer may take, `tls` what certificates are held against; False takes any. `now`
    is the clock of the target that is found, in seconds. Raises `UnusableTarget`, `TargetUnreachable`,
    `NoToken`, `NoTokenIssued`, `NoSuchRung`, `NotReady`, or `RungError` for an unusable inventory.
    """
    given = {name: value for name, value in (tokens or {}).items() if value}
    for name, value in {**(fallback_tokens or {}), **(profile.secrets if profile else {}), **given}.items():
        _check_can_be_sent(name, value)
    found = {name: value for name, value in (fallback_tokens or {}).items() if value}
    quick = Limits(answer=3.0, busy_tries=1)
    scout = Target(
        url=url,
        secrets=profile.secrets if profile else {},
        now=time.monotonic,
        sleep=time.sleep,
        headers=headers,
        limits=quick,
        verify=tls,
    )
    try:
        ours = is_our_mock(scout)
    finally:
        scout.close()
    client = client or (profile.client if profile else None)
    if client is not None:
        described, note = _described_by_client(profile, given, found, client, ours, scout.url)
    else:
        described, note = _described(profile, given, found, ours, run, scout.url)
    probe = _probe(described)
    headers, in_headers = header_secrets(headers)
    secrets = {**described.secrets, **in_headers, **hook_secrets(described.hook)}
    target = Target(
        url=url,
        secrets=Credentials(secrets, client=client, probe=probe),
        now=now,
        sleep=time.sleep,
        headers=headers,
        limits=Limits(answer=timeout),
        rate=rate,
        verify=tls,
    )
    try:
        if client is not None:
            target.log_in()
        way = _rung(rung, ours, target, described)
    except Exception:
        target.close()
        raise
    return Approach(target=target, profile=described, rung=way, note=note)


def _probe(profile: Profile) -> Request:
    """What a good token is enough for: a listing, or else the page's request for a call that there is not."""
    if "list" not in profile.not_offered:
        return listing(profile.user, profile.extension, None)
    nobodys = KnownCall(id=NOBODYS_CALL, user=profile.user, extension=profile.extension, view="01")
    return documented(Setting(world=profile.world(), call=nobodys)).request()


def environment_tokens(environment: Mapping[str, str]) -> dict[str, str]:
    """The tokens in CALLPARK_TOKEN, CALLPARK_OTHER_TOKEN and CALLPARK_EXPIRED_TOKEN."""
    names = ("token", "other_token", "expired_token")
    return {name: environment.get(f"CALLPARK_{name.upper()}", "") for name in names}


def _check_can_be_sent(name: str, token: str) -> None:
    if not token.isascii() or not token.isprintable() or " " in token:
        raise NoToken(f"the {name.replace('_', ' ')} has characters that no Authorization header can carry")


def _described(
    profile: Profile | None,
    given: Mapping[str, str],
    found: Mapping[str, str],
    ours: bool,
    run: str,
    url: str,
) -> tuple[Profile, str]:
    if profile is not None:
        complete = replace(profile, secrets={**found, **profile.secrets, **given})
        _require_token(complete, url, ours)
        return complete, ""
    if ours and not given:
        return mock_profile(SESSION.format(run=run)), ""
    assumed = Profile(secrets={**found, **given})
    _require_token(assumed, url, ours)
    if ours:
        return replace(assumed, name="callpark mock"), ""
    return assumed, _assumed(assumed)


def _described_by_client(
    profile: Profile | None,
    given: Mapping[str, str],
    found: Mapping[str, str],
    client: Client,
    ours: bool,
    url: str,
) -> tuple[Profile, str]:
    if "token" in given:
        raise NoToken(f"{url} gets its token with the client id {client.id}, so no other token can be used")
    known = profile or Profile()
    secrets = {**found, **known.secrets, **given}
    secrets.pop("token", None)
    if ours and profile is None:
        session, _, _ = client.id.rpartition(".")
        of_the_mock = mock_profile(session or DEFAULT_SESSION)
        known = replace(known, name=of_the_mock.name)
        secrets = {name: value for name, value in of_the_mock.secrets.items() if name != "token"} | secrets
    Redaction({**secrets, CLIENT_SECRET: client.secret})
    described = replace(known, secrets=secrets, client=client)
    return described, "" if profile is not None or ours else _assumed(described)


def _assumed(profile: Profile) -> str:
    return (
        "No profile: the users and extensions of the page's example are assumed"
        f" (user {profile.user}, extension {profile.extension}, retriever {profile.retriever})."
    )


def _require_token(profile: Profile, url: str, ours: bool) -> None:
    if "token" not in profile.secrets:
        why = "the profile names no token" if ours else f"{url} is not a callpark mock"
        raise NoToken(
            f"{why}, so a token is needed:"
            " set CALLPARK_TOKEN, or name a file with --token-file, or a variable with token_env in the profile"
        )
    Redaction(profile.secrets)


def _rung(wanted: RungName, ours: bool, target: Target, profile: Profile) -> Rung:
    """The rung asked for; for `auto` the first of those that the profile has the means for that parks a call."""
    offered = {name: make for name, make in _rungs(ours, target, profile).items() if make is not None}
    if wanted != "auto":
        if wanted not in offered:
            raise NoSuchRung(f"the rung {wanted} cannot be used on {target.url}: {_NEEDS[wanted]}")
        return offered[wanted]()
    failures = []
    for name, make in offered.items():
        try:
            return _tried(make(), alone=len(offered) == 1)
        except RungError as error:
            failures.append(f"{name}: {error}")
    if failures:
        raise not_ready(target, f"no parked call can be had of {target.url}; " + "; ".join(failures))
    raise NoSuchRung(f"no way to get a parked call on {target.url}; " + "; ".join(_NEEDS.values()))


def _tried(rung: Rung, *, alone: bool) -> Rung:
    if alone or rung.is_scarce:
        return rung
    prepared = PreparedRung(rung=rung)
    prepared.prepare()
    return prepared


def _rungs(ours: bool, target: Target, profile: Profile) -> dict[str, Callable[[], Rung] | None]:
    world = profile.world()
    destination, hook, inventory = profile.destination, profile.hook, profile.inventory
    look = None if "list" in profile.not_offered else look_at(target)
    patience = max(profile.settle, 5.0)
    return {
        "control": (lambda: control_rung(target, world, _session(target))) if ours else None,
        "api": (lambda: ApiRung(target, world, destination, time.sleep, patience)) if destination else None,
        "hook": (lambda: hook_rung(hook, world, target.secrets)) if hook else None,
        "inventory": (lambda: inventory_rung(Path(inventory), world, look)) if inventory else None,
        "operator": (lambda: OperatorRung(target, world, _ask)) if sys.stdin and sys.stdin.isatty() else None,
    }


def _ask(sentence: str) -> str:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
    return input()


def _session(target: Target) -> str:
    """The session of the mock that the token stands for."""
    parts = target.secrets["token"].split(".")
    return parts[1] if len(parts) in (3, 4) and parts[0] == "mock" else DEFAULT_SESSION
