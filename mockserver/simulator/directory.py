"""Who exists: organizations, their users, and the extensions those own."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

SLOTS_PER_LOT: Final = 100


class ExtensionKind(StrEnum):
    PHONE_TERMINAL = "Phone Terminal"
    QUEUE = "queue"
    IVR = "IVR"


_PHONE_TERMINAL: Final = ExtensionKind.PHONE_TERMINAL


class Pickup(StrEnum):
    ANSWERS = "answers"
    BUSY = "busy"
    NEVER = "never"
    UNREGISTERED = "unregistered"


_ANSWERS: Final = Pickup.ANSWERS
_NEVER: Final = Pickup.NEVER


class Answering(Struct, frozen=True, kw_only=True):
    """What happens when an extension rings; `after` is in seconds and counts only for ANSWERS."""

    pickup: Pickup = Pickup.ANSWERS
    after: float = 0.0

    @property
    def rings(self) -> bool:
        """Whether time passes before it is picked up, or found not to be."""
        return self.pickup is _NEVER or (self.pickup is _ANSWERS and self.after > 0)

    def seconds_within(self, patience: float) -> float | None:
        """Seconds until the phone is picked up, or None if it is not picked up within `patience` seconds."""
        if self.pickup is _ANSWERS and self.after <= patience:
            return self.after
        return None


class Organization(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    slots: int = SLOTS_PER_LOT


class User(Struct, frozen=True, kw_only=True):
    id: str
    organization_id: str


class Extension(Struct, frozen=True, kw_only=True):
    """`number` is the extended form, organization prefix and local number around a star: `0003*210`."""

    number: str
    user_id: str
    organization_id: str
    kind: ExtensionKind = ExtensionKind.PHONE_TERMINAL
    caller_id: str
    answering: Answering = Answering()

    @property
    def local_number(self) -> str:
        return self.number.rpartition("*")[2]

    @property
    def prefix(self) -> str:
        return self.number.rpartition("*")[0]

    @property
    def is_phone_terminal(self) -> bool:
        return self.kind is _PHONE_TERMINAL


class Directory(Struct, frozen=True, kw_only=True):
    organizations: Mapping[str, Organization]
    users: Mapping[str, User]
    extensions: Mapping[str, Extension]

    def find_extension(self, number: str, *, organization_id: str) -> Extension | None:
        """Accept the extended form from anywhere and the short form (`024`) inside one organization.

        Numbers that nobody in the scenario has may be magic ones, see `MAGIC_ANSWERS`.
        """
        known = self.extensions.get(number)
        if known is not None:
            return known
        if "*" in number:
            return self.extension_named(number)
        own = [each for each in self.extensions.values() if each.organization_id == organization_id]
        found = next((each for each in own if each.local_number == number), None)
        return found or next((_magic(number, like=each) for each in own), None)

    def extension_named(self, number: str) -> Extension | None:
        """By its extended form; a magic number has the prefix of extensions that exist."""
        if number in self.extensions:
            return self.extensions[number]
        prefix, _, local = number.rpartition("*")
        neighbours = (each for each in self.extensions.values() if each.prefix == prefix)
        return next((_magic(local, like=each) for each in neighbours), None)

    def terminals_of(self, user_id: str) -> tuple[Extension, ...]:
        owned = (each for each in self.extensions.values() if each.user_id == user_id)
        return tuple(each for each in owned if each.is_phone_terminal)


NOBODY: Final = ""

MAGIC_ANSWERS: Final[Mapping[str, Answering]] = MappingProxyType(
    {
        "408": Answering(pickup=Pickup.NEVER),
        "480": Answering(pickup=Pickup.UNREGISTERED),
        "486": Answering(pickup=Pickup.BUSY),
        **{f"8{seconds:02d}": Answering(after=float(seconds)) for seconds in range(100)},
    }
)
"""Phone Terminals by local number that every organization has and nobody owns: for people with only curl.

408, 480 and 486 are what SIP calls these; 8nn picks up after nn seconds.
"""


def _magic(local_number: str, *, like: Extension) -> Extension | None:
    if local_number not in MAGIC_ANSWERS:
        return None
    number = f"{like.prefix}*{local_number}"
    return Extension(
        number=number,
        user_id=NOBODY,
        organization_id=like.organization_id,
        caller_id=f"Magic {local_number} <{number}>",
        answering=MAGIC_ANSWERS[local_number],
    )
