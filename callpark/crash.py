"""What is said where callpark fails on its own: where in the code, and nothing that is secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

LIKE_A_SECRET = re.compile("token|secret|passw|key|credential|auth|cookie", re.IGNORECASE)
SHORTEST = 4
_FILES = ("--token-file", "--client-secret-file")
_VALUES = ("--token", "--header", "--control-token")
_fetched: list[tuple[str, str]] = []


def keep_out(name: str, value: str) -> None:
    """A secret that came into being on the way, such as a token that was fetched."""
    _fetched.append((name, value))


def without_secrets(text: str, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The text with a name in place of each secret of the command line, the environment and the token endpoint."""
    found = [*_of_arguments(arguments), *_of_environment(environment), *_fetched]
    for name, value in sorted(found, key=lambda pair: -len(pair[1])):
        if len(value) >= SHORTEST:
            text = text.replace(value, f"${{{name}}}")
    return text


def _of_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in environment.items():
        if LIKE_A_SECRET.search(name):
            yield name, value


def _of_arguments(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    words = [part for each in arguments for part in (each.split("=", 1) if each.startswith("--") else [each])]
    for option, value in pairwise(words):
        name = option.removeprefix("--").replace("-", "_")
        if option in _VALUES:
            yield from _of_header(value) if option == "--header" else [(name, value)]
        elif option in _FILES:
            yield name, _content(value)


def _of_header(text: str) -> Iterator[tuple[str, str]]:
    """The value as a whole, and what of it is secret, such as a token behind the name of its scheme."""
    from contract_tests.credentials import header_secrets

    name, _, value = (part.strip() for part in text.partition(":"))
    yield "header", value
    yield from header_secrets(((name, value),))[1].items()


def _content(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
