"""The command `callpark`: finds the module of a command, and turns what goes wrong into a line and a status."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from typing import Any

import click

from callpark.crash import without_secrets
from callpark.ending import Ending, ended_in_order
from callpark.outlet import Outlet

COMMANDS = {
    "demo": "start the mock, park the documented call, check it, write the report",
    "mock": "serve the mock",
    "check": "judge an implementation",
    "plan": "say what a check would send and use up",
    "profile": "write a profile to fill in",
    "report": "render a record again",
    "rejudge": "judge a record again, offline",
    "prove": "run the checker over wrong, right and empty servers; write what it can tell apart",
    "explain": "print a clause, a reading or an error code",
}
OWN_FAULT = 5
UNSAID = 2


class _LazyGroup(click.Group):
    """Commands whose modules are imported when they are called, so that help costs nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"callpark.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from callpark_spec.errors import instead

            ctx.fail(f"there is no command {args[0]!r}; {instead(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from callpark import __version__

        click.echo(f"callpark {__version__}")
        ctx.exit()


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version.",
)
def group() -> None:
    """Contract, mock and conformance checker for VoipNow's UnPark PhoneCalls."""


def main(arguments: list[str] | None = None) -> Any:
    """Runs a command and exits; a usage error is status 2, an interrupted run 130, a fault of ours 5.

    A run that another signal ends clears away what it made for itself, too; its status is 128 and the signal's number.
    Who stops reading changes no status; where standard output cannot be written for another reason, it is 2.
    """
    outlet = Outlet()
    with ended_in_order() as ending:
        status = _status(arguments, ending)
    if lost := outlet.lost():
        click.echo(f"not all could be said on standard output: {lost}", err=True)
        status = status or UNSAID
    sys.exit(status if isinstance(status, int) else 0)


def _status(arguments: list[str] | None, ending: Ending) -> Any:
    try:
        return group.main(args=arguments, prog_name="callpark", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(str(ending), err=True)
        return ending.status
    except Exception:  # noqa: BLE001  # status 1 would say that the target does not conform
        given = sys.argv[1:] if arguments is None else arguments
        click.echo(without_secrets(traceback.format_exc(), given, os.environ), err=True, nl=False)
        click.echo("callpark failed on its own; this says nothing about the target", err=True)
        return OWN_FAULT
