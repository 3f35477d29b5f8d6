"""The operations that the fast way takes on, as connexion reads them in the document.

They are kept beside this module, with the document itself, so that a start need not wait for connexion.  What is kept
holds for the very document and the very connexion that it was made from, and is not looked at for any other.
`make reading` keeps them anew.
"""

from collections.abc import Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import msgspec

from callpark_spec import openapi_path

KEPT: Final = Path(__file__).with_name("plain_operations.json")
OTHERWISE: Final = "default"

Schema = Mapping[str, Any]


class PlainOperation(msgspec.Struct, frozen=True, kw_only=True):
    """One that asks for a bearer token, path parameters, JSON by action, and a query one may omit, at most.

    `parameters` are those of the path; `body` is None where none is taken.  `answers` are the schemas of bodies by
    status, or by `default`; None stands for no body.
    """

    method: str
    path: str
    name: str
    parameters: tuple[Schema, ...]
    body: Schema | None
    answers: Mapping[str, Schema | None]

    def answer(self, status: int) -> Schema | None:
        return self.answers.get(str(status), self.answers.get(OTHERWISE))


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """A PlainOperation with the places of schemas among all of them."""

    method: str
    path: str
    name: str
    parameters: tuple[Schema, ...]
    body: int | None
    answers: Mapping[str, int | None]


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """`digest` is that of the document's text, `connexion` the version that has read it."""

    digest: str
    connexion: str
    document: Schema
    operations: tuple[_Told, ...]
    schemas: tuple[Schema, ...]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    document: Schema
    operations: tuple[PlainOperation, ...]


def kept_reading(path: Path = KEPT) -> Reading | None:
    """None if it was made from another document or by another connexion, or is not there."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError):
        return None
    if file.digest != _digest() or not _is_installed(file.connexion):
        return None
    at: dict[int | None, Schema | None] = {None: None, **dict(enumerate(file.schemas))}
    return Reading(
        document=file.document,
        operations=tuple(
            PlainOperation(
                method=each.method,
                path=each.path,
                name=each.name,
                parameters=each.parameters,
                body=at[each.body],
                answers={status: at[place] for status, place in each.answers.items()},
            )
            for each in file.operations
        ),
    )


def written(reading: Reading, connexion: str) -> bytes:
    """What is kept of a reading of the document as it is now; the order of members stays, for it is what decides
    which of several faults is told.
    """
    places: dict[bytes, int] = {}

    def place(schema: Schema | None) -> int | None:
        return None if schema is None else places.setdefault(msgspec.json.encode(schema), len(places))

    operations = tuple(
        _Told(
            method=each.method,
            path=each.path,
            name=each.name,
            parameters=each.parameters,
            body=place(each.body),
            answers={status: place(schema) for status, schema in each.answers.items()},
        )
        for each in reading.operations
    )
    file = _File(
        digest=_digest(),
        connexion=connexion,
        document=reading.document,
        operations=operations,
        schemas=tuple(msgspec.json.decode(schema) for schema in places),
    )
    return msgspec.json.encode(file) + b"\n"


def _digest() -> str:
    return sha256(openapi_path().read_bytes()).hexdigest()


def _is_installed(version: str) -> bool:
    """Whether it is this connexion that would be imported, told without importing it."""
    found = find_spec("connexion")
    return found is not None and any(
        (Path(place).parent / f"connexion-{version}.dist-info").is_dir()
        for place in found.submodule_search_locations or ()
    )
