"""A secret is found in every spelling that can carry it over the wire."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from random import Random
from urllib.parse import quote, quote_plus

import pytest

from contract_tests.redaction import Redaction, SecretRefused

SECRET = 'Pa55/wö"rd+=& <x>\\end'
REDACT = Redaction({"token": SECRET})


@pytest.mark.parametrize(
    "spelled",
    [
        SECRET,
        quote(SECRET, safe=""),
        re.sub("%..", lambda octet: octet.group().lower(), quote(SECRET, safe="")),
        quote(SECRET),
        quote_plus(SECRET),
        "".join(f"%{octet:02X}" for octet in SECRET.encode()),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(SECRET)[1:-1].replace("/", "\\/"),
        "".join(f"\\u{ord(character):04X}" for character in SECRET),
        html.escape(SECRET),
        "".join(f"&#{ord(character)};" for character in SECRET),
        "".join(f"&#x{ord(character):x};" for character in SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        SECRET.upper(),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        "".join(f"\\x{octet:02x}" for octet in SECRET.encode()),
        SECRET.encode("utf-16-le").decode("latin-1").rstrip("\0"),
        SECRET.encode("utf-32-be").decode("latin-1").lstrip("\0"),
    ],
)
def test_a_secret_becomes_its_name_in_every_spelling(spelled: str) -> None:
    assert REDACT(f"[{spelled}]") == "[${token}]"


@pytest.mark.parametrize("client", ["", "a", "ab", "abc", "12345678"])
def test_a_secret_inside_base64_leaves_nothing_that_decodes_to_it(client: str) -> None:
    header = "Basic " + base64.b64encode(f"{client}:{SECRET}:".encode()).decode()
    redacted = REDACT(header)
    assert "${token}" in redacted
    longest = max(redacted.removeprefix("Basic ").split("${token}"), key=len)
    assert len(longest) <= len(base64.b64encode(f"{client}:".encode())) + 4


def test_base64_in_lines_is_base64() -> None:
    secret = "s3cret of a certain length, as tokens have it" * 3
    encoded = base64.encodebytes(secret.encode()).decode()
    for lines in (encoded, json.dumps(encoded)):
        redacted = Redaction({"token": secret})(lines)
        assert "${token}" in redacted
        assert len(redacted) < 20


def test_a_character_outside_the_basic_plane_is_found_as_a_surrogate_pair() -> None:
    assert Redaction({"key": "tele📞phone"})(json.dumps("tele📞phone")) == '"${key}"'


def test_the_longer_of_two_secrets_wins() -> None:
    redact = Redaction({"short": "secret", "long": "secret-and-more"})
    assert redact("secret-and-more secret") == "${long} ${short}"


def test_names_that_were_put_in_are_not_searched_again() -> None:
    assert Redaction({"token": "abcd", "other": "token"})("abcd") == "${token}"


@pytest.mark.parametrize("secret", ["mock.s3ss-10n/+.12", 'kISs"10\\n/+.12', "<it's&so>/Kiss"])
def test_what_is_looked_through_at_once_is_what_the_search_would_leave(secret: str) -> None:
    """Texts of pieces of a secret, of its spellings and of what stands around them, in any order."""
    redact = Redaction({"token": secret, "other": "Zz9-other"})
    encoded = base64.b64encode(f"user:{secret}".encode()).decode()
    chance = Random(5)
    spellings: list[Callable[[str], str]] = [
        lambda sign: sign, lambda sign: sign, lambda sign: sign.upper(), lambda sign: quote(sign, safe=""),
        lambda sign: f"%25{ord(sign):02x}", lambda sign: f"\\u{ord(sign):04X}", lambda sign: f"\\\\x{ord(sign):02x}",
        lambda sign: f"&#{ord(sign)};", lambda sign: f"&AMP;#x{ord(sign):x};", html.escape,
        lambda sign: json.dumps(sign)[1:-1], lambda sign: f"\\{sign}" if sign in '"\\/' else sign,
        lambda sign: {"s": "\u017f", "k": "\u212a", "i": "\u0131", "I": "\u0130"}.get(sign, sign),
    ]  # fmt: skip

    def spelled() -> str:
        """The secret, some of its signs in other spellings."""
        return "".join(chance.choice(spellings)(sign) if chance.random() < 0.1 else sign for sign in secret)

    pieces = [
        secret, secret.upper(), secret[:9], secret[9:], secret.encode().hex(), encoded, encoded[:12], encoded[12:],
        "\\n".join((encoded[:7], encoded[7:])), encoded.replace("/", "\\/"), f"{encoded[:9]}\n{encoded[9:]}",
        base64.urlsafe_b64encode(secret.encode()).decode(), quote(secret, safe=""), "zZ9-OTHER", "Zz9-", "other",
        "\n", " ", "\r\n\t", "%", "%5", "\\", '\\"', "\\b", "&start=", "&lt;", "\\u006d", "&#109;", "\0",
        "\u017f", "\u212a", "\u00fc", "\u4e2d", "{", '"', "a", "",
    ]  # fmt: skip
    whole = re.compile(redact._search.pattern, re.IGNORECASE)  # type: ignore[union-attr]
    spared = 0
    for _ in range(8_000):
        text = "".join(chance.choices([*pieces, spelled(), spelled(), spelled()], k=chance.randint(1, 4)))
        assert redact(text) == whole.sub(redact._name_of, text), text
        spared += not redact._may_hold(text)
    assert 500 < spared < 7_500


def test_no_other_letter_is_another_case_of_one_in_ascii() -> None:
    ascii_letters = re.compile("[!-~]", re.IGNORECASE)
    beyond = map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x110000)])
    assert [sign for sign in beyond if ascii_letters.fullmatch(sign)] == [
        "\u0130",
        "\u0131",
        "\u017f",
        "\u212a",
    ]


@pytest.mark.parametrize(
    "harmless", ['a \\"quoted\\" name', "50 % of it", "?a=1&start=2", "Zo\u00eb \u4e2d", "C:\\b"]
)
def test_what_no_escape_of_a_secret_has_is_not_searched(harmless: str) -> None:
    assert not Redaction({"token": "mock.s3ss10n"})._may_hold(harmless)


@pytest.mark.parametrize("secret", ["two words", "m\u00fcller", "kelvin-\u212a", "long-\u017f"])
def test_a_secret_of_odd_letters_is_found_in_plain_ones(secret: str) -> None:
    redact = Redaction({"key": secret})
    plain = secret.replace("\u212a", "k").replace("\u017f", "s").replace(" ", "+")
    assert redact(f"[{plain}]") == "[${key}]"


def test_a_text_seen_before_a_secret_was_learnt_is_looked_through_again() -> None:
    redact = Redaction({"token": "first-one"})
    assert redact("second-one") == "second-one"
    redact.also("token", "second-one")
    assert redact("second-one") == "${token}"


def test_bytes_that_are_no_text_keep_what_is_no_secret() -> None:
    content = b"\xff\xfe\x00" + SECRET.encode() + b"\xc3"
    assert REDACT.of_bytes(content) == b"\xff\xfe\x00${token}\xc3"


def test_without_secrets_nothing_changes() -> None:
    assert Redaction({})("as it was") == "as it was"


@pytest.mark.parametrize("secret", ["", "abc"])
def test_a_short_secret_is_refused_by_name_and_not_shown(secret: str) -> None:
    with pytest.raises(SecretRefused, match="secret `token` has fewer than 4 characters"):
        Redaction({"token": secret})


def test_a_name_that_could_be_no_variable_is_refused() -> None:
    with pytest.raises(SecretRefused, match="cannot name a secret"):
        Redaction({"my token": "long enough"})
