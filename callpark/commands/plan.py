"""`callpark plan`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from contract_tests.forecast import Forecast, Part
    from contract_tests.profile import Profile

SCARCE = ("inventory", "operator")
TIMED = ("control", "hook")


@click.command("plan")
@click.argument("url", required=False)
@click.option(
    "--profile", "profile_file", type=click.Path(dir_okay=False, path_type=Path), help="Describes the target."
)
@click.option(
    "--rung",
    type=click.Choice(["control", "api", "hook", "inventory", "operator"]),
    help="That of the profile by default.",
)
@click.option(
    "--lane", type=click.Choice(["conform", "explore", "all"]), default="conform", show_default=True
)
@click.option(
    "--clause",
    "clauses",
    multiple=True,
    help="Only what this clause, or all below this prefix, is judged by; repeatable.",
)
@click.option("--safe", is_flag=True, help="Only what no server may carry out.")
def command(
    url: str | None,
    profile_file: Path | None,
    rung: str | None,
    lane: str,
    clauses: tuple[str, ...],
    safe: bool,
) -> int:
    """Say what a check would send and use up: requests, parked calls, phones that ring. Sends nothing."""
    from typing import cast

    import callpark_spec
    from contract_tests.cases import CONTROL
    from contract_tests.forecast import exploring, forecast
    from contract_tests.profile import Profile, ProfileError, read_profile
    from contract_tests.selection import Lane, NothingSelected, lane_cases, selected
    from contract_tests.target import UnusableTarget, origin_and_prefix

    try:
        profile = read_profile(profile_file, os.environ) if profile_file else Profile()
        address = url or profile.url
        where = origin_and_prefix(address) if address else "the target"
        world = profile.world()
        cases = selected(
            lane_cases(cast(Lane, lane), world),
            clauses=clauses,
            safe=safe,
            known=callpark_spec.load().clauses,
        )
    except (ProfileError, NothingSelected, UnusableTarget) as error:
        raise click.UsageError(str(error)) from error
    means = rung or ("inventory" if profile.inventory else "hook" if profile.hook else "api")
    counted = forecast(cases, CONTROL, world, scarce=means in SCARCE, safe=safe)
    explores = lane != "conform" and not safe and not clauses
    parts = exploring(world, timed=means in TIMED) if explores else []
    click.echo(f"A check of {where} would")
    click.echo("\n".join(_table(counted, profile, means)))
    if parts:
        click.echo("\n".join(_exploring(parts, scarce=means in SCARCE)))
    if lane != "conform" and not explores:
        why = (
            "--safe rules out retrievals" if safe else "it looks for whatever there is, and takes no --clause"
        )
        click.echo(f"Of the lane explore only the generated cases are sent: {why}.")
    click.echo("\n".join(_setting_up(counted, parts, profile, means)))
    if safe:
        click.echo("\n".join(_what_safe_leaves(profile)))
    return 0


def _table(counted: Forecast, profile: Profile, means: str) -> Iterator[str]:
    yield f"  try {counted.cases} cases with about {counted.requests} requests, set-up not counted;"
    yield f"  use up {counted.parked_calls} parked calls of extension {profile.extension} (rung {means});"
    if counted.other_calls:
        yield f"  ask for {counted.other_calls} call that is on the phone and not parked;"
    if counted.rings:
        yield f"  make the phone {profile.retriever} ring {_times(counted.rings)}."
    else:
        yield "  make no phone ring."


def _exploring(parts: list[Part], *, scarce: bool) -> Iterator[str]:
    yield "And then explore, with at most"
    for part in parts:
        yield (
            f"  {part.title}: {part.requests} requests, {part.parked_calls} parked calls, {part.rings} rings;"
        )
    requests, calls, rings = (
        sum(getattr(part, name) for part in parts) for name in ("requests", "parked_calls", "rings")
    )
    yield f"  in all {requests} requests, {calls} parked calls, {rings} rings. --max-time ends it sooner."
    if scarce:
        yield "  It ends when the parked calls do."


def _setting_up(counted: Forecast, parts: list[Part], profile: Profile, means: str) -> Iterator[str]:
    from contract_tests.encore import MOST, MOST_TRIES, SURE

    calls = counted.parked_calls + counted.other_calls
    most = (
        "" if not parts else f" for the cases, and as many as exploring takes ({_calls(parts)} at the most)"
    )
    if means == "api":
        to = profile.destination or "the destination that the profile has to name"
        yield f"Each call is first placed from {profile.extension} to {to}: both ring, {_times(calls)}{most}."
    elif means == "operator":
        yield f"A person is asked {_times(calls)} to park a call{most}."
    elif means == "inventory":
        yield f"The inventory has to list {calls} calls{most}."
    elif means == "hook":
        yield f"The hook is asked for {calls} calls{most}."
    if means not in SCARCE and counted.rings:
        yield (
            f"Each of the first {MOST} findings would be tried again on {SURE} fresh calls,"
            f" or on up to {MOST_TRIES} where it shows only now and then."
        )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _calls(parts: list[Part]) -> int:
    return sum(part.parked_calls for part in parts)


def _what_safe_leaves(profile: Profile) -> Iterator[str]:
    yield "Whatever is sent has to be refused, however the page is read."
    yield f"A server that lets a fault pass all the same would make the phone {profile.retriever} ring."
