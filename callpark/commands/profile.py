"""`callpark profile init`."""

from __future__ import annotations

from pathlib import Path

import click

TEMPLATE = """\
# What callpark has to know of the target. Every key may be left out; what is shown commented is the default.

name: my service
# url: https://pbx.example.com  # where it answers; the command line may name another

# The user whom the token stands for, and his extensions.
# user: "12"
# extension: "0003*210"        # owns the parked calls
# sibling: "0003*211"          # a second extension of his
# retriever: "0003*024"        # the Phone Terminal to retrieve to; it rings
# not_terminal: "0003*500"     # an extension that is no Phone Terminal: a queue, an IVR

# Somebody else, who must not reach the user's calls.
# foreign_user: "13"
# foreign_extension: "0003*310"

# Tokens are read from the environment, so that none stands in a file.
token_env: CALLPARK_TOKEN
# other_token_env: CALLPARK_OTHER_TOKEN       # of foreign_user
# expired_token_env: CALLPARK_EXPIRED_TOKEN

# What else must not get into any file. A --header may name it, as in 'X-Api-Key:${PBX_API_KEY}'.
# secret_env: [PBX_API_KEY]

# Instead of token_env: an App whose token is fetched from URL/oauth/token.php, and again when it ends.
# client_id: my-app
# client_secret_env: CALLPARK_CLIENT_SECRET
# client_secret_file: client.secret   # instead of the variable; beside this file

# How to get a parked call. The first that works is taken.
# destination: "0003*211"      # a phone that picks up when called: calls are placed and parked by the API itself
# hook: ./park-a-call          # a command (question on standard input) or a URL (question in a POST)
# inventory: calls.json        # a file of calls that are parked already: {"calls": [{"userId", "extension", ...}]}

# How many seconds an answer may take to show in a listing.
# settle: 2

# What the target does not offer; cases that need it are not applicable instead of inconclusive.
# not_offered: [expired_token]  # of: list, talking, another_call, other_token, expired_token, foreign_user,
#                               #     foreign_extension, sibling, not_terminal
"""


@click.group("profile")
def command() -> None:
    """Describe a target."""


@command.command("init")
@click.argument(
    "path", type=click.Path(dir_okay=False, path_type=Path), default=Path("callpark-profile.yaml")
)
def init(path: Path) -> int:
    """Write a commented profile to PATH, to be filled in. An existing file is left alone."""
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(TEMPLATE)
    except FileExistsError as error:
        raise click.ClickException(f"{path} is there already; name another file") from error
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}") from error
    click.echo(f"written: {path}; fill it in, then: callpark check URL --profile {path}")
    return 0


@command.command("schema")
def schema() -> int:
    """Print the JSON Schema of a profile, for an editor to check it while it is written."""
    import json

    from contract_tests.profile_schema import profile_schema

    click.echo(json.dumps(profile_schema(), indent=2))
    return 0
