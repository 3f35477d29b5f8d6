"""The description of a target: who exists there, how to get a token, what it does not offer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from contract_tests.credentials import Client
from contract_tests.draft import MEANS
from contract_tests.target import UnusableTarget, origin_and_prefix
from contract_tests.world import World

_TEXTS = (
    "name",
    "url",
    "user",
    "extension",
    "retriever",
    "sibling",
    "not_terminal",
    "foreign_user",
    "foreign_extension",
    "destination",
    "hook",
    "inventory",
)
_EXTENSION = (r"[0-9]+(\*[0-9]+)*", "extension number; it looks like 0003*210")
_USER = (r"[^\s/@]+", 'user id; it looks like "12"')
FORMS = {
    **dict.fromkeys(
        ("extension", "retriever", "sibling", "not_terminal", "foreign_extension", "destination"), _EXTENSION
    ),
    **dict.fromkeys(("user", "foreign_user"), _USER),
    "hook": (r"https?://[^\s/]+\S*|(?![A-Za-z]+://).+", "http(s) URL and no command"),
}
"""The keys whose values have a form, and what a value is that has it not."""
_DISTINCT = {
    "foreign_user": ("user",),
    "foreign_extension": ("extension", "sibling", "retriever"),
    "sibling": ("extension",),
    "not_terminal": ("retriever",),
    "retriever": ("extension",),
}
"""What a value must not be the same as."""
_CLIENT = ("client_id", "client_secret_env", "client_secret_file")
CLIENT_SECRET_VARIABLE = "CALLPARK_CLIENT_SECRET"
_TOKENS = {"token_env": "token", "other_token_env": "other_token", "expired_token_env": "expired_token"}


class ProfileError(Exception):
    """The profile cannot be used; the message names file, line and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A target's users, extensions and means. The defaults are the page's example and the mock's default world.

    None stands for what there is not. `url` is the target's, where the command line names none. `destination` is a
    phone that picks up when called (rung `api`), `hook` a URL or a command (rung `hook`), `inventory` a file of parked
    calls. `settle` bounds in seconds how long an answer may take to show in a listing. `not_offered` names `MEANS` that
    the target has not; cases that need them are not applicable. `secrets` holds the tokens by their names, and by the
    names of its environment variables what else must not get into a file. With a `client` the user's token is fetched
    from the token endpoint, and again when it ends.
    """

    name: str = ""
    url: str | None = None
    user: str = "12"
    extension: str = "0003*210"
    retriever: str = "0003*024"
    sibling: str | None = "0003*211"
    not_terminal: str | None = "0003*500"
    foreign_user: str | None = "13"
    foreign_extension: str | None = "0003*310"
    destination: str | None = "0003*211"
    hook: str | None = None
    inventory: str | None = None
    settle: float = 2.0
    not_offered: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    client: Client | None = None

    def world(self) -> World:
        """What requests may speak of."""
        return World(
            user=self.user,
            extension=self.extension,
            retriever=self.retriever,
            sibling=self.sibling,
            not_terminal=self.not_terminal,
            foreign_user=self.foreign_user,
            foreign_extension=self.foreign_extension,
            has_other_token="other_token" in self.secrets,
            has_expired_token="expired_token" in self.secrets,
        )

    def as_json(self) -> dict[str, Any]:
        """The profile without its secrets, the way a record's header holds it."""
        shown = asdict(replace(self, secrets={}, client=None))
        del shown["secrets"], shown["client"]
        if self.client is not None:
            shown["client_id"] = self.client.id
        tokens = sorted(self.secrets.keys() & set(_TOKENS.values()))
        others = sorted(self.secrets.keys() - set(_TOKENS.values()))
        shown |= {"not_offered": list(self.not_offered), "tokens": tokens}
        return shown | ({"secret_env": others} if others else {})


DEFAULTS = {each.name: each.default for each in fields(Profile)}


def mock_profile(session: str) -> Profile:
    """The profile of our own mock, in a session of its own."""
    return Profile(
        name="callpark mock",
        secrets={
            "token": f"mock.{session}.12",
            "other_token": f"mock.{session}.13",
            "expired_token": "mock.expired.12",
        },
    )


def read_profile(path: Path, environment: Mapping[str, str]) -> Profile:
    """A profile from a YAML file. Tokens are named by environment variable (`token_env: CALLPARK_TOKEN`).

    Raises `ProfileError` with file, line and key.
    """
    from callpark_spec import CatalogueError
    from callpark_spec.yaml_source import read_entry

    try:
        entry = read_entry(Path(), str(path))
        entry.only(required=(), optional=(*_TEXTS, "settle", "not_offered", "secret_env", *_TOKENS, *_CLIENT))
        values: dict[str, Any] = {"destination": None}
        values |= {name: entry.text(name) for name in _TEXTS if name in entry.fields}
        _check_forms(entry, values)
        if "inventory" in values:
            values["inventory"] = _file_beside(path, entry, "inventory")
        if "settle" in entry.fields:
            values["settle"] = entry.decimal("settle")
        values["not_offered"] = entry.texts("not_offered")
        values |= _not_offered(entry, values["not_offered"])
        _check_distinct(entry, values)
        values["secrets"] = {
            secret: _from_environment(entry, name, environment)
            for name, secret in _TOKENS.items()
            if name in entry.fields
        } | _further_secrets(entry, environment)
        values["client"] = _client(entry, path.parent, environment)
    except CatalogueError as error:
        raise ProfileError(str(error)) from error
    return Profile(**values)


def _check_forms(entry: Any, values: Mapping[str, str]) -> None:
    for name in values.keys() & FORMS.keys():
        form, what = FORMS[name]
        if values[name] is not None and not re.fullmatch(form, values[name]):
            raise entry.error(name, f"{values[name]!r} is no {what}")
    if "url" in values:
        try:
            origin_and_prefix(values["url"])
        except UnusableTarget as error:
            raise entry.error("url", str(error)) from error


def _file_beside(path: Path, entry: Any, name: str) -> str:
    found = path.parent / entry.text(name)
    if not found.is_file():
        raise entry.error(name, f"there is no file {found}", "its path is taken from where the profile is")
    return str(found)


def _not_offered(entry: Any, words: tuple[str, ...]) -> dict[str, None]:
    """The keys that stand for nothing, because the target has no such thing."""
    from callpark_spec.errors import instead

    for word in words:
        if word not in MEANS:
            raise entry.error("not_offered", f"nothing is known of {word}", instead(word, MEANS))
        given = {word, f"{word}_env"} & entry.fields.keys()
        if given:
            raise entry.error("not_offered", f"{word} is not offered, and {given.pop()} names one")
    return {word: None for word in words if word in _TEXTS}


def _check_distinct(entry: Any, values: Mapping[str, Any]) -> None:
    """Refuses names that have to be different and are not, be it by default: verdicts would mean nothing."""
    for name, others in _DISTINCT.items():
        for other in others:
            mine, its = (values.get(each, DEFAULTS[each]) for each in (name, other))
            if mine is not None and mine == its:
                at, unsaid = (name, other) if name in entry.fields else (other, name)
                default = "" if {name, other} <= entry.fields.keys() else " by default"
                hint = f"name another {unsaid}" + (", or put it into not_offered" if unsaid in MEANS else "")
                raise entry.error(at, f"{mine} is the {unsaid} as well{default}", hint)


def _further_secrets(entry: Any, environment: Mapping[str, str]) -> dict[str, str]:
    """The values of the environment variables that `secret_env` lists, by the names of the variables."""
    found = {}
    for variable in entry.texts("secret_env"):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable) or variable in _TOKENS.values():
            raise entry.error("secret_env", f"{variable!r} cannot be the name of a variable with a secret")
        found[variable] = environment.get(variable, "")
        if not found[variable]:
            raise entry.error("secret_env", f"the environment variable {variable} is not set")
    return found


def _client(entry: Any, folder: Path, environment: Mapping[str, str]) -> Client | None:
    if "client_id" not in entry.fields:
        for name in _CLIENT[1:]:
            if name in entry.fields:
                raise entry.error(name, "there is no client_id that this could be the secret of")
        return None
    if "token_env" in entry.fields:
        raise entry.error("client_id", "with a client the token is fetched", "leave token_env out")
    identifier = entry.text("client_id")
    if "client_secret_file" in entry.fields:
        file = folder / entry.text("client_secret_file")
        try:
            return Client(id=identifier, secret=secret_in(file))
        except ProfileError as error:
            raise entry.error("client_secret_file", str(error)) from None
    if "client_secret_env" in entry.fields:
        return Client(id=identifier, secret=_from_environment(entry, "client_secret_env", environment))
    secret = environment.get(CLIENT_SECRET_VARIABLE)
    if not secret:
        message = f"its secret is nowhere: the environment variable {CLIENT_SECRET_VARIABLE} is not set"
        raise entry.error(
            "client_id", message, "name another with client_secret_env, or a client_secret_file"
        )
    return Client(id=identifier, secret=secret)


def secret_in(file: Path) -> str:
    """What a file holds besides white space around it. Raises `ProfileError` where that is nothing."""
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{file}: {getattr(error, 'strerror', None) or 'this is no text'}") from error
    if not secret:
        raise ProfileError(f"{file} is empty")
    return secret


def _from_environment(entry: Any, name: str, environment: Mapping[str, str]) -> str:
    variable = entry.text(name)
    value = environment.get(variable)
    if not value:
        raise entry.error(name, f"the environment variable {variable} is not set")
    return value
