"""What the machine may put into a request: cheap strategies of our own, each of which shrinks to something plain.

No strategy says whether its values are right or wrong; the expectation reads that off the request that was sent.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from contract_tests.lanes.steps import Change
from contract_tests.world import EXPIRED_TOKEN, OTHER_TOKEN

ODD_CHARACTERS = "aZ0 -_.'\"\\<>&%+*@#/\té°²Ωשж中😀\u200b\u202e\u0301"
NUMBER_LIKE = ["0", "-1", "1", "20", "020", " 20", "20s", "1e3", "0x14", "20.5", "٢٠", "²", "1_0", "+5", ""]
NAMES = ["John Doe", "J", "Zoë Ångström", "李雷", "O'Neil", "", " ", "a" * 300, "😀", "Doe, John", '"Q" <x>']
NUMBERS = ["42420042", "+3334444", "0003*001", "", "12ab34", "+", "1 2", "٤٢", "9" * 60, "<1>", "é"]


def _members(name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Change]:
    return values.map(lambda value: Change(part=name, value=value))


def _short_texts() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(ODD_CHARACTERS), max_size=6).map("".join)


def odd_values() -> st.SearchStrategy[Any]:
    """Values of every JSON type."""
    return st.sampled_from([None, True, False, 0, 1, -1, 1.5, 2**63, "", "x", [], {}, ["01"], {"id": "01"}])


def timeouts() -> st.SearchStrategy[Change]:
    """waitForPickup: numbers, digits, what is like a number, and what is not."""
    seconds = st.integers(min_value=-3, max_value=90_000)
    return _members(
        "waitForPickup", st.one_of(seconds, seconds.map(str), st.sampled_from(NUMBER_LIKE), odd_values())
    ) | st.just(Change(part="waitForPickup", kind="absent"))


def caller_ids() -> st.SearchStrategy[Change]:
    """callerId: names and numbers from odd to plain, with and without the brackets."""
    framed = st.builds(
        lambda name, number: f"{name} <{number}>", st.sampled_from(NAMES), st.sampled_from(NUMBERS)
    )
    written = st.builds(lambda name: f"{name} <42420042>", _short_texts())
    return _members(
        "callerId", st.one_of(framed, written, st.sampled_from(NAMES), _short_texts(), odd_values())
    ) | st.just(Change(part="callerId", kind="absent"))


def views() -> st.SearchStrategy[Change]:
    """phoneCallViewId: another call's, one nobody has, of another type, missing."""
    return st.one_of(
        st.integers(min_value=0, max_value=3).map(
            lambda place: Change(part="phoneCallViewId", kind="view-of", value=place)
        ),
        _members("phoneCallViewId", st.sampled_from(["1", "99", "001", "01 ", "zz"]) | odd_values()),
        st.just(Change(part="phoneCallViewId", kind="absent")),
    )


def phones() -> st.SearchStrategy[Change]:
    """sendCallTo: extensions of the world that are no phone of the user, texts, other types, missing."""
    named = st.sampled_from(["not_terminal", "unknown_extension", "sibling", "extension"])
    return st.one_of(
        named.map(lambda name: Change(part="sendCallTo", kind="world", value=name)),
        _members("sendCallTo", st.sampled_from(["abc", "0003 024", "@me", "024", "+024"]) | odd_values()),
        st.just(Change(part="sendCallTo", kind="absent")),
    )


def actions() -> st.SearchStrategy[Change]:
    """action: a word nobody knows, other spellings and types, missing. Never a sibling method's word."""
    values = st.sampled_from(["Unhook", "unpark", "UNPARK", "UnPark ", "Un Park"]) | odd_values()
    return _members("action", values) | st.just(Change(part="action", kind="absent"))


def users() -> st.SearchStrategy[Change]:
    """The user in the path."""
    named = st.sampled_from(["unknown_user", "foreign_user", "user"])
    return st.one_of(
        _members("user", st.sampled_from(["@me", "@viewer", "@owner", "@ME", "me", "12'--", "é", "0"])),
        named.map(lambda name: Change(part="user", kind="world", value=name)),
    )


def extensions() -> st.SearchStrategy[Change]:
    """The extension in the path."""
    named = st.sampled_from(["unknown_extension", "foreign_extension", "sibling", "extension"])
    return st.one_of(
        _members("extension", st.sampled_from(["@self", "@SELF", "0003", "a*b", "é", "0003*210x"])),
        named.map(lambda name: Change(part="extension", kind="world", value=name)),
    )


def call_ids() -> st.SearchStrategy[Change]:
    """The call in the path: ids nobody has, with letters that do not belong, very long."""
    unknown = st.lists(st.sampled_from("0123456789abcdef"), min_size=12, max_size=24).map("".join)
    odd = [
        "no-such-call",
        "b817 d261",
        "b8.17",
        "é" * 12,
        "%00",
        "x" * 500,
        "'or'1'='1",
        "00000000000000000000",
    ]
    return _members("call_id", unknown | st.sampled_from(odd))


def tokens() -> st.SearchStrategy[Change]:
    """The Authorization header: of somebody else, expired, unknown, malformed, missing."""
    values = [
        f"Bearer {OTHER_TOKEN}",
        f"Bearer {EXPIRED_TOKEN}",
        "Bearer nobody-issued-this",
        "Basic MTI6MTI=",
    ]
    return _members("authorization", st.sampled_from(values)) | st.just(
        Change(part="authorization", kind="absent")
    )


def bodies() -> st.SearchStrategy[Change]:
    """Bodies that are no JSON object, or hardly one; the text stands for its bytes in latin-1."""
    deep = "[" * 200 + "]" * 200
    texts = ["", "{", "null", "[]", '"UnPark"', "{'action': 'UnPark'}", '{"action": NaN}', "\xff\xfe", deep]
    return st.sampled_from(texts).map(lambda text: Change(part="body", kind="raw", value=text))


def unknown_members() -> st.SearchStrategy[Change]:
    """A member that the page does not know."""
    return st.sampled_from(["colour", "Action", "phonecallViewId", "__proto__", "é"]).flatmap(
        lambda name: _members(name, odd_values())
    )


def changes() -> st.SearchStrategy[Change]:
    """One change of any part, the parts that the page says most of more often."""
    return st.one_of(
        timeouts(), caller_ids(), caller_ids(), timeouts(), views(), phones(), users(), extensions(),
        call_ids(), actions(), tokens(), bodies(), unknown_members(),
    )  # fmt: skip


def two_changes() -> st.SearchStrategy[tuple[Change, ...]]:
    """Two changes of different parts."""
    return st.lists(changes(), min_size=2, max_size=2, unique_by=lambda one: one.part).map(tuple)
