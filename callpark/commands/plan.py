"""`callpark plan`."""

from __future__ import annotations

import os
from pathlib import Path

import click

SCARCE = ("inventory", "operator")


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
    "--clause", "clauses", multiple=True, help="Only this clause, or all below this prefix; repeatable."
)
@click.option("--safe", is_flag=True, help="Refusals only.")
def command(
    url: str | None, profile_file: Path | None, rung: str | None, clauses: tuple[str, ...], safe: bool
) -> int:
    """Say what a check would send and use up: requests, parked calls, phones that ring. Sends nothing."""
    from contract_tests.cases import CONTROL, all_cases
    from contract_tests.check import NothingSelected, Plan, selected
    from contract_tests.encore import MOST, MOST_TRIES, SURE
    from contract_tests.forecast import forecast
    from contract_tests.profile import Profile, ProfileError, read_profile

    try:
        profile = read_profile(profile_file, os.environ) if profile_file else Profile()
        cases = selected(all_cases(), Plan(profile=profile, run="plan", clauses=clauses))
    except (ProfileError, NothingSelected) as error:
        raise click.UsageError(str(error)) from error
    means = rung or ("inventory" if profile.inventory else "hook" if profile.hook else "api")
    counted = forecast(cases, CONTROL, profile.world(), scarce=means in SCARCE, safe=safe)
    click.echo(f"A check of {url or profile.url or 'the target'} would")
    click.echo(f"  try {counted.cases} cases with about {counted.requests} requests, set-up not counted;")
    click.echo(
        f"  use up {counted.parked_calls} parked calls of extension {profile.extension} (rung {means});"
    )
    if counted.other_calls:
        click.echo(f"  ask for {counted.other_calls} call that is on the phone and not parked;")
    if counted.rings:
        click.echo(f"  make the phone {profile.retriever} ring {counted.rings} times.")
    else:
        click.echo("  make no phone ring.")
    if means not in SCARCE and not safe:
        click.echo(
            f"Each of the first {MOST} findings would be tried again on {SURE} fresh calls,"
            f" or on up to {MOST_TRIES} where it shows only now and then."
        )
    return 0
