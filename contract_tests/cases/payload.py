"""Cases of spec/clauses/payload.yaml: what must be there, and what must not be refused."""

from typing import Any

from contract_tests.case import Case, Rows
from contract_tests.draft import DoesNotArise, Lacking, member, member_from, without, written

_ROWS = Rows("payload")
_NEVER = AssertionError("every world has this")


def _accepts(clause: str, slug: str, title: str, name: str, value: Any) -> Case:
    return _ROWS.addition(clause, slug, title, member(name, value))


def _grey(slug: str, name: str, value: Any, shown: str = "") -> Case:
    title = f"{name} {shown or 'is ' + slug.partition('-')[2]}"
    return _ROWS.observation("grey-values", slug, title, member(name, value))


CASES: tuple[Case, ...] = (
    _ROWS.refusal("action/required", "missing", "action is missing", without("action")),
    _ROWS.refusal("action/unpark", "unknown-word", "action is a word nobody knows", member("action", "Unhook")),
    _ROWS.refusal("action/unpark", "not-a-string", "action is a number", member("action", 7)),
    _ROWS.refusal("send-call-to/required", "missing", "sendCallTo is missing", without("sendCallTo")),
    _ROWS.refusal(
        "send-call-to/phone-terminal", "no-terminal", "sendCallTo is an extension, but no Phone Terminal",
        member_from("sendCallTo", lambda setting: setting.world.not_terminal,
                    Lacking("not_terminal", "the profile names no extension that is not a Phone Terminal")),
    ),
    _ROWS.refusal(
        "send-call-to/unknown", "nobody", "nobody has the number in sendCallTo",
        member_from("sendCallTo", lambda setting: setting.world.unknown_extension, _NEVER),
    ),
    _ROWS.retrieval(
        "send-call-to/short-form", "local-part", "sendCallTo is the part behind the star",
        member_from(
            "sendCallTo",
            lambda setting: setting.world.retriever.partition("*")[2] or None,
            DoesNotArise("the retriever's number has no short form"),
        ),
    ),
    _ROWS.retrieval("caller-id/optional", "absent", "callerId is left out", without("callerId")),
    _accepts("caller-id/with-plus", "plus", "callerId has a plus", "callerId", "John Doe <+3334444>"),
    _accepts("caller-id/without-plus", "no-plus", "callerId has no plus", "callerId", "John Doe <42420042>"),
    _accepts("caller-id/extension-number", "star", "callerId holds an extension number",
             "callerId", "John Doe <0003*001>"),
    _ROWS.retrieval("wait-for-pickup/optional", "absent", "waitForPickup is left out", without("waitForPickup")),
    _ROWS.retrieval(
        "wait-for-pickup/optional", "both-absent", "both optional members are left out",
        without("callerId", "waitForPickup"),
        rests_on=("payload/caller-id/optional/absent", "payload/wait-for-pickup/optional/absent"),
    ),
    _accepts("wait-for-pickup/number", "number", "waitForPickup is the number 20", "waitForPickup", 20),
    _accepts("wait-for-pickup/numeric-string", "string", 'waitForPickup is the string "20"', "waitForPickup", "20"),
    _accepts("wait-for-pickup/any-positive", "one", "waitForPickup is 1", "waitForPickup", 1),
    _accepts("wait-for-pickup/any-positive", "an-hour", "waitForPickup is 3600", "waitForPickup", 3600),
    _ROWS.observation("unknown-members", "one-more", "the payload has a member more", member("colour", "blue")),
    _grey("waitForPickup-null", "waitForPickup", None),
    _grey("waitForPickup-empty", "waitForPickup", ""),
    _grey("waitForPickup-true", "waitForPickup", True),
    _grey("waitForPickup-fraction", "waitForPickup", 20.5),
    _grey("waitForPickup-padded", "waitForPickup", " 20"),
    _grey("waitForPickup-leading-zero", "waitForPickup", "020"),
    _grey("waitForPickup-huge", "waitForPickup", 2**63),
    _grey("waitForPickup-superscript", "waitForPickup", "²"),
    _ROWS.observation(
        "grey-values", "waitForPickup-exponent", "waitForPickup is 1e309, more than a float holds",
        written("waitForPickup", "1e309"),
    ),
    _grey("callerId-null", "callerId", None),
    _grey("callerId-empty", "callerId", ""),
    _grey("callerId-accents", "callerId", "Zoë Ångström 東京 📞 <42420042>", "has accents and other scripts"),
    _grey("callerId-long", "callerId", "John " * 2_000 + "<42420042>", "has a name of 10,000 characters"),
    _grey("callerId-quotes", "callerId", 'John "Jack" O\'Doe\\ <42420042>', "has quotes and a backslash in its name"),
    _grey("callerId-brackets", "callerId", "John <Jack> Doe <42420042>", "has brackets in its name"),
    _grey("callerId-control", "callerId", "John\x00\x1b[31m\r\nDoe <42420042>", "has control characters in its name"),
    _grey("phoneCallViewId-null", "phoneCallViewId", None),
    _grey("phoneCallViewId-number", "phoneCallViewId", 1),
)  # fmt: skip
