"""Scenarios: the YAML a session's world is made from, read strictly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final

import msgspec

from callpark_spec.errors import visible
from mockserver.scenarios.complaint import complaint
from mockserver.scenarios.yaml_lines import line_of
from mockserver.scenarios.yaml_reading import YamlError, read_yaml
from mockserver.simulator.commands import Stage
from mockserver.simulator.directory import (
    SLOTS_PER_LOT,
    Answering,
    Directory,
    Extension,
    ExtensionKind,
    Organization,
    Pickup,
    User,
)
from mockserver.simulator.door import decide
from mockserver.simulator.evolve import fold
from mockserver.simulator.outcomes import Refused
from mockserver.simulator.rules import Rules
from mockserver.simulator.world import World

DEFAULT_SCENARIO: Final = "documented"
_AFTER = re.compile(r"after ([0-9]{1,5}(?:\.[0-9]{1,6})?) s")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_BUNDLED: Final = Path(__file__).parent


class ScenarioError(ValueError):
    """A scenario cannot be used; the message names file, line and key."""

    def __str__(self) -> str:
        return visible(super().__str__())


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`files` are those it was read from; what comes with the kit is none."""

    name: str
    description: str = ""
    directory: Directory
    stages: tuple[Stage, ...]
    files: tuple[Path, ...] = ()


Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9*]{1,32}\Z")]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
CallId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,64}\Z")]
Text = Annotated[str, msgspec.Meta(max_length=500)]
# Ten years: whatever begins before the session still has a date.
Past = Annotated[float, msgspec.Meta(ge=0, le=315_360_000)]
Duration = Annotated[float, msgspec.Meta(gt=0, le=10_000_000_000)]


class ExtensionEntry(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    number: Number
    kind: ExtensionKind = ExtensionKind.PHONE_TERMINAL
    caller_id: Text | None = None
    answers: str = "at once"


class UserEntry(msgspec.Struct, forbid_unknown_fields=True):
    id: Id
    extensions: list[ExtensionEntry] = []


class OrganizationEntry(msgspec.Struct, forbid_unknown_fields=True):
    id: Id
    name: Text
    users: list[UserEntry]
    slots: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = SLOTS_PER_LOT


class CallEntry(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Times are in seconds; `age` and `parkedFor` lie before the session begins."""

    id: CallId
    extension: Number
    state: str = "parked"
    other: Text | None = None
    caller_id: Text | None = None
    age: Past = 5.0
    parked_for: Past = 0.0
    max_in_parking: Duration | None = None


class ScenarioFile(msgspec.Struct, forbid_unknown_fields=True):
    description: str = ""
    extends: str | None = None
    organizations: list[OrganizationEntry] | None = None
    calls: Annotated[list[CallEntry], msgspec.Meta(max_length=2000)] = []


def bundled_names() -> list[str]:
    return sorted(
        each.name.removesuffix(".yaml") for each in _BUNDLED.iterdir() if each.name.endswith(".yaml")
    )


def load_scenario(name_or_path: str) -> Scenario:
    """A bundled scenario by name, or a file by its path; raise ScenarioError."""
    source, text = _source(name_or_path)
    return _read(source, text, name=Path(name_or_path).stem, trail=(name_or_path,))


@cache
def bundled_scenario(name: str) -> Scenario:
    """Raise ScenarioError, for the path of a file too."""
    if name not in bundled_names():
        raise ScenarioError(f"{name}: no such scenario; allowed: {', '.join(bundled_names())}")
    return load_scenario(name)


def read_scenario(text: str, *, name: str = "given") -> Scenario:
    """From the YAML itself, which may extend bundled scenarios only.  Raise ScenarioError."""
    return _read(name, text, name=name, trail=())


def _read(source: str, text: str, *, name: str, trail: tuple[str, ...]) -> Scenario:
    """`trail` are the scenarios that this one is extended by, itself last; without any, no file is opened."""
    content = _parse(source, text)
    directory, files = _people(source, text, content, trail)
    _refuse_twins(source, text, content.calls)
    stages = tuple(_stage(source, text, directory, index, call) for index, call in enumerate(content.calls))
    own = tuple(Path(each) for each in trail[-1:] if each not in bundled_names())
    scenario = Scenario(
        name=name,
        description=content.description,
        directory=directory,
        stages=stages,
        files=(*own, *files),
    )
    _try_out(source, text, scenario)
    return scenario


def _people(
    source: str, text: str, content: ScenarioFile, trail: tuple[str, ...]
) -> tuple[Directory, tuple[Path, ...]]:
    """Who exists, and the files that say so besides this one."""
    if content.organizations is not None:
        return _directory(source, text, content.organizations), ()
    base = content.extends
    if base is None:
        raise ScenarioError(
            f"{source}:1: neither `organizations` nor `extends`: nobody exists in this scenario"
        )
    if base in trail:
        raise _fault(source, text, "$.extends", f"{base!r} extends itself")
    if base not in bundled_names() and not (trail and Path(base).is_file()):
        offer = f"allowed: {', '.join(bundled_names())}" + (", or the path of a file" if trail else "")
        raise _fault(source, text, "$.extends", f"no such scenario {base!r}; {offer}")
    below, lines = _source(base)
    extended = _read(below, lines, name=base, trail=(*trail, base))
    return extended.directory, extended.files


def _source(name_or_path: str) -> tuple[str, str]:
    if name_or_path in bundled_names():
        resource = _BUNDLED / f"{name_or_path}.yaml"
        return f"scenario {name_or_path}", resource.read_text(encoding="utf-8")
    path = Path(name_or_path)
    try:
        return str(path), path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "this is no text"
        raise ScenarioError(
            f"{name_or_path}: no such scenario; allowed: {', '.join(bundled_names())}, or the path of a file ({why})"
        ) from None


def _parse(path: str, text: str) -> ScenarioFile:
    try:
        return msgspec.convert(read_yaml(text), ScenarioFile)
    except YamlError as error:
        raise ScenarioError(f"{path}:{error.line}: {error}") from None
    except msgspec.ValidationError as error:
        message, _, key = complaint(error, ScenarioFile).replace("`key` in `$", "`$").partition(" - at ")
        key = key.strip("`") or "$"
        if unknown := _UNKNOWN.search(message):
            key = f"{key}.{unknown[1]}"
        raise ScenarioError(f"{path}:{line_of(text, key)}: {message} (at {key})") from None


def _fault(path: str, text: str, key: str, message: str) -> ScenarioError:
    return ScenarioError(f"{path}:{line_of(text, key)}: {message} (at {key})")


def _directory(path: str, text: str, organizations: list[OrganizationEntry]) -> Directory:
    users: dict[str, User] = {}
    extensions: dict[str, Extension] = {}
    for i, organization in enumerate(organizations):
        for j, user in enumerate(organization.users):
            key = f"$.organizations[{i}].users[{j}]"
            if user.id in users:
                raise _fault(path, text, f"{key}.id", f"user {user.id!r} exists twice")
            users[user.id] = User(id=user.id, organization_id=organization.id)
            for k, entry in enumerate(user.extensions):
                where = f"{key}.extensions[{k}]"
                if entry.number in extensions:
                    raise _fault(path, text, f"{where}.number", f"extension {entry.number!r} exists twice")
                extensions[entry.number] = Extension(
                    number=entry.number,
                    user_id=user.id,
                    organization_id=organization.id,
                    kind=entry.kind,
                    caller_id=entry.caller_id or f"Extension <{entry.number}>",
                    answering=_answering(path, text, f"{where}.answers", entry.answers),
                )
    return Directory(
        organizations={o.id: Organization(id=o.id, name=o.name, slots=o.slots) for o in organizations},
        users=users,
        extensions=extensions,
    )


def _answering(path: str, text: str, key: str, words: str) -> Answering:
    known: Mapping[str, Pickup] = {
        "at once": Pickup.ANSWERS,
        "busy": Pickup.BUSY,
        "never": Pickup.NEVER,
        "unregistered": Pickup.UNREGISTERED,
    }
    if words in known:
        return Answering(pickup=known[words])
    if after := _AFTER.fullmatch(words):
        return Answering(after=float(after[1]))
    raise _fault(path, text, key, f"{words!r} is not known; allowed: {', '.join(known)}, after 5 s")


def _refuse_twins(path: str, text: str, calls: list[CallEntry]) -> None:
    known: set[str] = set()
    for index, call in enumerate(calls):
        if call.id in known:
            raise _fault(path, text, f"$.calls[{index}].id", f"call {call.id!r} exists twice")
        known.add(call.id)


def _stage(path: str, text: str, directory: Directory, index: int, call: CallEntry) -> Stage:
    key = f"$.calls[{index}]"
    if call.extension not in directory.extensions:
        raise _fault(path, text, f"{key}.extension", f"there is no extension {call.extension!r}")
    if call.state not in ("parked", "talking"):
        raise _fault(path, text, f"{key}.state", f"{call.state!r} is not known; allowed: parked, talking")
    return Stage(
        call_id=call.id,
        user=directory.extensions[call.extension].user_id,
        extension=call.extension,
        parked=call.state == "parked",
        other=call.other,
        caller_id=call.caller_id,
        age=call.age,
        parked_for=call.parked_for,
        max_in_parking=call.max_in_parking,
    )


def _try_out(path: str, text: str, scenario: Scenario) -> None:
    world = World(directory=scenario.directory, rules=Rules())
    for index, stage in enumerate(scenario.stages):
        decision = decide(world, stage, 0.0)
        if isinstance(decision.outcome, Refused):
            raise _fault(path, text, f"$.calls[{index}]", decision.outcome.reason)
        world = fold(world, decision.events)
