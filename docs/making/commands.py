"""The page on the command line: every command with its usage, its options and its statuses."""

from collections.abc import Iterator

import click
from pieces import code, page, prose, table

from callpark.command_line import group
from callpark.formats import FILES, USUAL
from contract_tests.verdict import ExitCode

STATUSES = {
    ExitCode.OK: "conforms",
    ExitCode.FAILED: "does not conform: a `must` or `derived` clause is broken",
    ExitCode.INCONCLUSIVE: "could not be judged",
    ExitCode.STALE_BASELINE: "conforms, but an entry of the baseline is stale or its day is over",
    ExitCode.HARNESS_ERROR: "the checker itself failed",
}


def command_line() -> str:
    return page("The command line", "the commands", _lines())


def _lines() -> Iterator[str]:
    yield from ("Every command prints the same with `--help`.", "")
    for name, command in _commands(group, "callpark"):
        yield from _command(name, command)
    yield from ("## Exit statuses of a check", "")
    rows = [(str(int(status)), said) for status, said in sorted(STATUSES.items())]
    rows[2:2] = [("2", "the command line or the profile is wrong")]
    yield from table(
        ("status", "meaning"), [*rows, ("130", "interrupted; ended by another signal, 128 and its number")]
    )
    yield from ("## Formats of a report", "")
    yield from table(
        ("`--format`", "file", "of a check by default"),
        [(code(name), code(file), "yes" if name in USUAL else "") for name, file in FILES.items()],
    )


def _commands(found: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(found, info_name=name)
    for each in found.list_commands(context):
        command = found.get_command(context, each)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name} {each}")
        else:
            yield f"{name} {each}", command


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name, help_option_names=["-h", "--help"])
    yield from (
        f"## {name}",
        "",
        "```text",
        " ".join([name, *command.collect_usage_pieces(context)]),
        "```",
        "",
    )
    for paragraph in (command.help or "").split("\n\n"):
        yield from (prose(paragraph.replace("\b", "")), "")
    if command.epilog:
        yield from (prose(command.epilog.replace("\b", "")), "")
    records = [option.get_help_record(context) for option in command.get_params(context)]
    yield from table(
        ("option", ""),
        [(code(record[0]), record[1]) for record in records if record and record[0].startswith("-")],
    )
