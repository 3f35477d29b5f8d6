"""The members of the payload, each judged for itself: one function a member, which remarks or has no objection.

What is firm and what is grey follows the clauses failure/* and payload/*; grey is whatever the page's sentence
neither shows nor rules out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from contract_tests.expectation.remark import Fault, Grey, Mild, Remark
from contract_tests.world import KnownCall, World, same_extension

ABSENT: Any = object()
KNOWN_MEMBERS = ("action", "sendCallTo", "callerId", "waitForPickup", "phoneCallViewId")
OTHER_ACTIONS = frozenset(
    {
        "OnHold",
        "OffHold",
        "StartRecording",
        "StopRecording",
        "PickUp",
        "BargeIn",
        "Park",
        "Whisper",
        "Transfer",
        "TransferToVoicemail",
        "Monitor",
    }
)
ONE_DAY = 24 * 3600
LONGER_THAN_ANY_NAME = 80
_EXTENSION = re.compile(r"[0-9*]+")
_CALLER_ID = re.compile(r"([^<>]*)<([^<>]*)>", re.DOTALL)
_LETTER = re.compile(r"[A-Za-z]")
_NUMBER = re.compile(r"\+?[0-9*]+")
_NAME = re.compile(r"[A-Za-z]+( [A-Za-z]+)* ")
_POSITIVE = re.compile(r"[1-9][0-9]*")
_NOT_POSITIVE = re.compile(r"0+|-[0-9]+")


def action_remarks(value: Any) -> Iterator[Remark]:
    """payload/action/*: the word is UnPark; the words of sibling actions ask for something else."""
    if value is ABSENT:
        yield Fault("payload/action/required", "action is missing")
    elif not isinstance(value, str):
        yield Fault("payload/action/unpark", f"action is {_shown(value)}")
    elif value in OTHER_ACTIONS:
        yield Grey(f"action {value} is another method")
    elif value != "UnPark" and value.strip().casefold() == "unpark":
        yield Grey(f"action is spelt {value!r}")
    elif value != "UnPark":
        yield Fault("payload/action/unpark", f"action is {_shown(value)}")


def view_remarks(value: Any, call: KnownCall | None, world: World) -> Iterator[Remark]:
    """payload/view/* and failure/view/*: a string that names a view of the addressed call."""
    if value is ABSENT:
        yield Fault("failure/view/missing", "phoneCallViewId is missing")
    elif value is None or value == "" or isinstance(value, (int, float)):
        yield Grey(f"phoneCallViewId is {_shown(value)}")
    elif not isinstance(value, str):
        yield Fault("failure/view/unknown", f"phoneCallViewId is {_shown(value)}")
    elif call is None or value == call.view:
        return
    elif value in call.views:
        yield Grey(f"view {value} is of this call, but not the parked one")
    elif any(value in (other.view, *other.views) for other in world.calls):
        yield Fault("failure/view/of-another-call", f"view {value} is of another call")
    else:
        yield Fault("failure/view/unknown", f"the call has no view {value!r}")


def send_call_to_remarks(value: Any, world: World) -> Iterator[Remark]:
    """payload/send-call-to/*: the number of a Phone Terminal."""
    if value is ABSENT:
        yield Fault("payload/send-call-to/required", "sendCallTo is missing")
    elif value is None or value in ("", "@self") or isinstance(value, (int, float)):
        yield Grey(f"sendCallTo is {_shown(value)}")
    elif not isinstance(value, str) or not _EXTENSION.fullmatch(value):
        yield Fault("payload/send-call-to/unknown", f"sendCallTo is {_shown(value)}")
    elif value == world.retriever:
        return
    elif same_extension(value, world.retriever):
        yield Mild("payload/send-call-to/short-form", "sendCallTo has the short form")
    elif value == world.not_terminal:
        yield Fault("payload/send-call-to/phone-terminal", f"{value} is no Phone Terminal")
    elif value == world.unknown_extension:
        yield Fault("payload/send-call-to/unknown", f"nobody has the number {value}")
    else:
        yield Grey(f"nothing is known of the extension {value}")


def caller_id_remarks(value: Any) -> Iterator[Remark]:
    """payload/caller-id/* and failure/caller-id/*: a name, a blank and a number in angle brackets."""
    if value is ABSENT:
        return
    if value is None or value == "":
        yield Grey(f"callerId is {_shown(value)}")
        return
    if not isinstance(value, str):
        yield Fault("failure/caller-id/not-a-string", f"callerId is {_shown(value)}")
        return
    parts = _CALLER_ID.fullmatch(value)
    if parts is None:
        bare = "<" not in value and ">" not in value
        yield (
            Fault("failure/caller-id/no-number", f"callerId {_shown(value)} has no number in angle brackets")
            if bare
            else Grey(f"callerId is {_shown(value)}")
        )
        return
    name, number = parts.groups()
    if not number:
        yield Fault("failure/caller-id/no-number", f"callerId {_shown(value)} has empty brackets")
    elif _LETTER.search(number):
        yield Fault("failure/caller-id/not-a-number", f"callerId {_shown(value)} has letters in its number")
    elif not (_NUMBER.fullmatch(number) and _NAME.fullmatch(name)):
        yield Grey(f"callerId is {_shown(value)}")
    elif len(value) > LONGER_THAN_ANY_NAME:
        yield Grey(f"callerId has {len(value)} characters")
    elif "*" in number:
        yield Mild("payload/caller-id/extension-number", "callerId holds an extension number")


def wait_for_pickup_remarks(value: Any) -> Iterator[Remark]:
    """payload/wait-for-pickup/* and failure/timeout/*: numeric and above zero, as a number or as its digits."""
    if value is ABSENT:
        return
    if value is None or value == "" or isinstance(value, bool):
        yield Grey(f"waitForPickup is {_shown(value)}")
    elif isinstance(value, (int, float)):
        yield from _number_remarks(value)
    elif isinstance(value, str):
        yield from _numeric_string_remarks(value)
    else:
        yield Fault("failure/timeout/not-numeric", f"waitForPickup is {_shown(value)}")


def unknown_member_remarks(payload: dict[str, Any]) -> Iterator[Remark]:
    """payload/unknown-members: the page is silent."""
    for name in payload:
        if name not in KNOWN_MEMBERS:
            yield Grey(f"the page knows no member {_shown(name)}")


def _number_remarks(value: int | float) -> Iterator[Remark]:
    if value <= 0:
        yield Fault("failure/timeout/not-positive", f"waitForPickup is {_shown(value)}")
    elif value > ONE_DAY or type(value) is not int:
        yield Grey(f"waitForPickup is {_shown(value)}")


def _numeric_string_remarks(value: str) -> Iterator[Remark]:
    if _POSITIVE.fullmatch(value):
        if len(value) > 5 or int(value) > ONE_DAY:
            yield Grey(f"waitForPickup is {_shown(value)}")
    elif _NOT_POSITIVE.fullmatch(value):
        yield Fault("failure/timeout/not-positive", f"waitForPickup is {_shown(value)}")
    elif _could_be_numeric(value):
        yield Grey(f"waitForPickup is {_shown(value)}")
    else:
        yield Fault("failure/timeout/not-numeric", f"waitForPickup is {_shown(value)}")


def _could_be_numeric(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        folded = value.strip().lower()
        return folded.startswith("0x") or all(c.isnumeric() or c in ".,+- " for c in folded)
    return True


def _shown(value: Any) -> str:
    text = (
        repr(value)
        if isinstance(value, str)
        else type(value).__name__
        if isinstance(value, (list, dict))
        else str(value)
    )
    return text if len(text) <= 40 else text[:37] + "..."
