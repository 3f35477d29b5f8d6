"""Cases of spec/clauses/failure.yaml: several values for each reason, since one value proves one value."""

from dataclasses import replace
from typing import Any

from contract_tests.case import AS_PRINTED, NO_SUCH_CALL, Case, Rows
from contract_tests.draft import (
    DoesNotArise,
    Draft,
    Lacking,
    Setting,
    both,
    member,
    member_from,
    segment,
    without,
)

_ROWS = Rows("failure")


def _timeout(reason: str, slug: str, value: Any, shown: str) -> Case:
    return _ROWS.refusal(
        f"timeout/{reason}", slug, f"waitForPickup is {shown}", member("waitForPickup", value)
    )


def _caller_id(reason: str, slug: str, value: Any, title: str) -> Case:
    return _ROWS.refusal(f"caller-id/{reason}", slug, f"callerId {title}", member("callerId", value))


def _call_id(reason: str, slug: str, value: str, title: str) -> Case:
    rests_on = (AS_PRINTED,) if reason == "unknown" else (AS_PRINTED, NO_SUCH_CALL)
    return _ROWS.refusal(f"call/{reason}", slug, f"the call id {title}", segment("call_id", value), rests_on)


def _view_of_witness(setting: Setting) -> str | None:
    if setting.witness is None:
        raise Lacking("another_call", "there is no second parked call whose view could be named")
    own = {setting.call.view, *setting.call.views}
    return next((view for view in (setting.witness.view, *setting.witness.views) if view not in own), None)


def _dashed(draft: Draft, setting: Setting) -> Draft:
    """The call's own id, so that whoever overlooks dashes finds it."""
    half = len(setting.call.id) // 2
    return replace(draft, call_id=f"{setting.call.id[:half]}-{setting.call.id[half:]}")


CASES: tuple[Case, ...] = (
    _timeout("not-positive", "zero", 0, "0"),
    _timeout("not-positive", "negative", -1, "-1"),
    _timeout("not-positive", "zero-string", "0", 'the string "0"'),
    _timeout("not-positive", "negative-string", "-5", 'the string "-5"'),
    _timeout("not-numeric", "letters", "abc", 'the string "abc"'),
    _timeout("not-numeric", "unit", "20s", 'the string "20s"'),
    _timeout("not-numeric", "array", [], "an array"),
    _timeout("not-numeric", "object", {}, "an object"),
    _caller_id("no-number", "no-brackets", "John Doe", "has no brackets"),
    _caller_id("no-number", "empty-brackets", "John Doe <>", "has empty brackets"),
    _caller_id("not-a-number", "letters", "John Doe <call-me>", "has letters for a number"),
    _caller_id("not-a-string", "number", 42420042, "is a number"),
    _caller_id("not-a-string", "array", ["John Doe <42420042>"], "is an array"),
    _ROWS.refusal(
        "call/not-alphanumeric", "dashes", "the call id has dashes", _dashed, (AS_PRINTED, NO_SUCH_CALL)
    ),
    _call_id("not-alphanumeric", "blank", "b817d2618fe6 f1804333", "has a blank"),
    _call_id("not-alphanumeric", "dot", "b817d2618fe6.f1804333", "has a dot"),
    _call_id("unknown", "hex", "00000000deadbeef0000", "names no call"),
    _call_id("unknown", "other-letters", "zzzzzzzzzzzzzzzzzzzz", "names no call and is not hexadecimal"),
    _ROWS.refusal("view/missing", "missing", "phoneCallViewId is missing", without("phoneCallViewId")),
    _ROWS.refusal("view/unknown", "no-such-view", "the call has no such view", member("phoneCallViewId", "99")),
    _ROWS.refusal(
        "view/unknown", "without-leading-zero", "phoneCallViewId lost its leading zero",
        member_from("phoneCallViewId", lambda setting: _without_leading_zero(setting.call.view),
                    DoesNotArise("the view of the call has no leading zero")),
    ),
    _ROWS.refusal(
        "view/of-another-call", "of-another-call", "the view is one that only another call has",
        member_from("phoneCallViewId", _view_of_witness, DoesNotArise("no other call has a view that this one lacks")),
    ),
    _ROWS.observation(
        "several-faults", "timeout-and-caller-id", "waitForPickup and callerId are both wrong",
        both(member("waitForPickup", 0), member("callerId", "John Doe")),
    ),
)  # fmt: skip


def _without_leading_zero(view: str) -> str | None:
    stripped = view.lstrip("0") or "0"
    return stripped if stripped != view else None
