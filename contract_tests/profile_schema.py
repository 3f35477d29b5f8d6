"""The JSON Schema of a profile file, for editors and for whoever writes profiles by program."""

from __future__ import annotations

from typing import Any

from contract_tests.draft import MEANS
from contract_tests.profile import DEFAULTS, FORMS

DESCRIPTIONS = {
    "name": "What the reports call the target.",
    "url": "Where the target answers: an origin, with a path in front of /uapi if there is one.",
    "user": "The user whom the token stands for; owner of the extensions below.",
    "extension": "The extension that owns the parked calls.",
    "retriever": "The Phone Terminal that calls are retrieved to; it rings.",
    "sibling": "A second extension of the user.",
    "not_terminal": "An extension that is no Phone Terminal: a queue, an IVR.",
    "foreign_user": "Somebody else, who must not reach the user's calls.",
    "foreign_extension": "An extension of somebody else.",
    "destination": "A phone that picks up when it is called, for the rung api.",
    "hook": "A URL that takes a POST, or a command that reads standard input, for the rung hook.",
    "inventory": "A file of parked calls, for the rung inventory; its path is taken from where the profile is.",
    "settle": "How many seconds an answer may take to show in a listing.",
    "not_offered": "What the target has not; cases that need it are not applicable.",
    "token_env": "The environment variable with the user's token.",
    "other_token_env": "The environment variable with the token of foreign_user.",
    "expired_token_env": "The environment variable with a token of the user that has expired.",
    "secret_env": (
        "Environment variables with what else must not get into a file; a `--header` may name them: `X-Key:${NAME}`."
    ),
    "client_id": "The id of an App that the token is fetched for, in place of token_env.",
    "client_secret_env": "The environment variable with the App's secret.",
    "client_secret_file": "A file with the App's secret.",
}


def profile_schema() -> dict[str, Any]:
    """The schema; it admits what `read_profile` admits, as far as a file can tell by itself."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "callpark profile",
        "description": "What callpark has to know of an implementation to check it.",
        "type": "object",
        "minProperties": 1,
        "properties": {key: _property(key) | {"description": said} for key, said in DESCRIPTIONS.items()},
        "additionalProperties": False,
    }


def _property(key: str) -> dict[str, Any]:
    if key == "not_offered":
        return {"type": "array", "items": {"enum": list(MEANS)}}
    if key == "secret_env":
        return {"type": "array", "items": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}}
    if key == "settle":
        return {"type": "number", "minimum": 0, "default": DEFAULTS[key]}
    found: dict[str, Any] = {"type": "string", "pattern": r"\S"}
    if key in FORMS:
        found["pattern"] = f"^({FORMS[key][0]})$"
    if DEFAULTS.get(key) and key != "destination":
        found["default"] = DEFAULTS[key]
    return found
