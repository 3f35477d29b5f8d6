"""The description of a target: who exists there, how to get a token, what it does not offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from contract_tests.credentials import Client
from contract_tests.draft import MEANS
from contract_tests.world import World

_TEXTS = (
    "name",
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
_CLIENT = ("client_id", "client_secret_env", "client_secret_file")
CLIENT_SECRET_VARIABLE = "CALLPARK_CLIENT_SECRET"
_TOKENS = {"token_env": "token", "other_token_env": "other_token", "expired_token_env": "expired_token"}


class ProfileError(Exception):
    """The profile cannot be used; the message names file, line and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A target's users, extensions and means. The defaults are the page's example and the mock's default world.

    None stands for what there is not. `destination` is a phone that picks up when called (rung `api`), `hook` a URL
    or a command (rung `hook`), `inventory` a file of parked calls. `settle` bounds in seconds how long an answer may
    take to show in a listing. `not_offered` names `MEANS` that the target has not; cases that need them are not
    applicable. With a `client` the user's token is fetched from the token endpoint, and again when it ends.
    """

    name: str = ""
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
        return shown | {"not_offered": list(self.not_offered), "tokens": sorted(self.secrets)}


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
        entry = read_entry(path.parent, path.name)
        entry.only(required=(), optional=(*_TEXTS, "settle", "not_offered", *_TOKENS, *_CLIENT))
        values: dict[str, Any] = {"destination": None}
        values |= {name: entry.text(name) for name in _TEXTS if name in entry.fields}
        if "inventory" in values:
            values["inventory"] = str(path.parent / values["inventory"])
        if "settle" in entry.fields:
            values["settle"] = float(entry.number("settle"))
        values["not_offered"] = entry.texts("not_offered")
        for word in values["not_offered"]:
            if word not in MEANS:
                raise entry.error("not_offered", f"nothing is known of {word}", f"known: {', '.join(MEANS)}")
            if word in _TEXTS:
                values[word] = None
        values["secrets"] = {
            secret: _from_environment(entry, name, environment)
            for name, secret in _TOKENS.items()
            if name in entry.fields
        }
        values["client"] = _client(entry, path.parent, environment)
    except CatalogueError as error:
        raise ProfileError(str(error)) from error
    return Profile(**values)


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
