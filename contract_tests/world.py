"""What the checker knows of a target before it asks: users, extensions, tokens and the calls it was given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

TOKEN = "${token}"
OTHER_TOKEN = "${other_token}"
EXPIRED_TOKEN = "${expired_token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCall:
    """A phone call of the target, as a rung handed it over or a listing showed it.

    `view` is the view to retrieve it by, `views` all of its views that are known.
    """

    id: str
    user: str
    extension: str
    view: str
    views: tuple[str, ...] = ()
    parked: bool = True

    def as_json(self) -> dict[str, Any]:
        """The call as a plain object, the way a record holds it."""
        return asdict(self) | {"views": list(self.views)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> KnownCall:
        """The reverse of `as_json`."""
        return cls(**(value | {"views": tuple(value.get("views", ()))}))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The users and extensions of a target that requests may name; None where the profile has none to offer.

    `user` owns `extension` (which owns the parked calls), `sibling` (another extension of his) and `retriever`
    (the Phone Terminal to retrieve to). `foreign_user` owns `foreign_extension`. `user` is whom the token stands
    for, `foreign_user` whom the other token stands for. `unknown_*` name nobody and nothing.
    """

    user: str
    extension: str
    retriever: str
    sibling: str | None = None
    not_terminal: str | None = None
    foreign_user: str | None = None
    foreign_extension: str | None = None
    unknown_user: str = "987654321"
    unknown_extension: str = "9999*999"
    has_other_token: bool = False
    has_expired_token: bool = False
    calls: tuple[KnownCall, ...] = field(default=())

    def call(self, identifier: str) -> KnownCall | None:
        """The known call with this id, or None."""
        return next((call for call in self.calls if call.id == identifier), None)

    def holding(self, calls: Iterable[KnownCall]) -> World:
        """The same world with these calls in it."""
        return replace(self, calls=tuple(calls))

    def as_json(self) -> dict[str, Any]:
        """The world without its calls as a plain object, the way a record's header holds it."""
        return {key: value for key, value in asdict(self).items() if key != "calls"}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> World:
        """The reverse of `as_json`."""
        return cls(**value)


def same_extension(one: str, other: str) -> bool:
    """Whether two extension numbers mean the same one; the short form `024` is the long `0003*024`."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return "*" not in short and long.rpartition("*")[2] == short
