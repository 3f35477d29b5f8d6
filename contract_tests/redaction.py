"""Secrets become names before anything is written, and before anything is cut short."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

SHORTEST = 4
SHORT = 256
"""Characters; what is no longer and repeats, as names and values of headers do, is looked through once."""
REMEMBERED = 1024
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What is escaped may have been escaped again; bounded, so that no answer makes the search long.
_BACKSLASHES = r"\\{1,8}"
_PERCENT = "%(?:25){0,4}"
_AMPERSAND = "&(?:amp;){0,4}"
_SHORTEST_BASE64 = 6  # anything shorter would be found in innocent text
_WIDE = r"\x00{0,3}"  # between the characters of UTF-16 and UTF-32
_LINE_BREAK = r"(?:\s|\\[rn]){0,4}"  # base64 of a letter has lines of 64 or 76 characters


_ESCAPES = r"%[0-9A-Fa-f]{2}|\\[xXuUrRnN/]|&(?:\#|(?i:amp|lt|gt|quot);)|\x00|[\u0130\u0131\u017F\u212A]"
"""What percent-encoding, the escapes of JSON, JavaScript and HTML, wide encodings and base64 in lines cannot do
without; and the letters beyond ASCII that are another case of one in it."""
_QUOTING = r'\\["\\]'
"""What the escapes of a secret that has a quote or a backslash cannot do without either."""


def shortened(text: str, longest: int) -> str:
    """The beginning of a text in which secrets are names already: one that the cut falls into is found no more."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


class SecretRefused(ValueError):
    """A secret that cannot be replaced without damage to what is no secret."""


class Redaction:
    """Replaces each secret by `${name}`, in whatever spelling a request or an answer may carry it.

    Every character is found as itself, in either case, percent-encoded, escaped as in JSON, in JavaScript and in HTML,
    also in UTF-16 and UTF-32; the secret as a whole also in hexadecimal digits and inside base64, as in an
    Authorization header of the scheme Basic. Where one secret holds another, the longer one is replaced. What is
    compressed, hashed, or spread over several headers is not found.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._known: list[tuple[str, str]] = []
        self._names: list[str] = []
        self._search: re.Pattern[str] | None = None
        self._plainly: tuple[str, ...] | None = ()
        self._escapes = re.compile(_ESCAPES)
        self._in_short: Callable[[str], str] = self._replaced
        self._learn(secrets.items())

    def also(self, name: str, secret: str) -> None:
        """A further secret, which may go by a name that is known already: a token that was renewed."""
        self._learn([(name, secret)])

    def _learn(self, secrets: Iterable[tuple[str, str]]) -> None:
        for name, secret in secrets:
            _check(name, secret)
            self._known.append((name, secret))
        longest_first = sorted(set(self._known), key=lambda item: (-len(item[1]), item[0]))
        self._names = [name for name, _ in longest_first]
        patterns = [f"(?P<s{index}>{_pattern(secret)})" for index, (_, secret) in enumerate(longest_first)]
        self._search = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None
        self._plainly = _plain_spellings(secret for _, secret in self._known)
        is_quoted = any(sign in secret for _, secret in self._known for sign in '"\\')
        self._escapes = re.compile(f"{_ESCAPES}|{_QUOTING}" if is_quoted else _ESCAPES)
        self._in_short = lru_cache(REMEMBERED)(self._replaced)

    def __call__(self, text: str) -> str:
        return self._in_short(text) if len(text) <= SHORT else self._replaced(text)

    def _replaced(self, text: str) -> str:
        return self._search.sub(self._name_of, text) if self._search and self._may_hold(text) else text

    def _may_hold(self, text: str) -> bool:
        """Whether a secret may be in a text at all: False spares the search, which takes ten times as long.

        Without an escape that could be one of its own there are only the secret itself, its digits and its base64 to
        be found, in either case and perhaps broken into lines.
        """
        if self._plainly is None or self._escapes.search(text):
            return True
        flat = "".join(text.split()).lower()
        return any(spelling in flat for spelling in self._plainly)

    def excerpt(self, text: str, longest: int) -> str:
        """The beginning of a text, without secrets."""
        return shortened(self(text), longest)

    def ending(self, text: str, longest: int) -> str:
        """The end of a text, without secrets."""
        return self(text)[-longest:]

    def of_bytes(self, content: bytes) -> bytes:
        """The same for bytes, be they text or not."""
        text = content.decode("utf-8", "surrogateescape")
        return self(text).encode("utf-8", "surrogateescape")

    def _name_of(self, found: re.Match[str]) -> str:
        assert found.lastgroup is not None
        return "${" + self._names[int(found.lastgroup[1:])] + "}"


def _check(name: str, secret: str) -> None:
    if not _NAME.fullmatch(name):
        raise SecretRefused(f"`{name}` cannot name a secret; use letters, digits and _, no digit first")
    if len(secret) < SHORTEST:
        raise SecretRefused(
            f"the secret `{name}` has fewer than {SHORTEST} characters: replacing it would garble the record;"
            " use a longer one on the target, or do not declare it as secret"
        )


def _pattern(secret: str) -> str:
    spelled = _WIDE.join(f"(?:{'|'.join(_spellings(character))})" for character in secret)
    digits = secret.encode("utf-8", "surrogateescape").hex()
    cores = sorted(set(_base64_cores(secret)), key=lambda core: (-len(core), core))
    return "|".join([spelled, digits, *map(_quoted, cores)])


def _plain_spellings(secrets: Iterable[str]) -> tuple[str, ...] | None:
    """What text without escapes and blanks holds, in small letters, if it holds one of the secrets.

    None where more is needed to tell: a letter beyond ASCII may have more cases than two, and a blank has two forms.
    """
    found: set[str] = set()
    for secret in secrets:
        if not secret.isascii() or any(character.isspace() for character in secret):
            return None
        found |= {secret.lower(), secret.encode().hex(), *map(str.lower, _base64_cores(secret))}
    return tuple(sorted(one for one in found if not any(other in one for other in found - {one})))


def _quoted(core: str) -> str:
    """Base64 of which `+` and `/` may be escaped, as in an address or in a JSON string, in one line or in several."""
    return _LINE_BREAK.join(
        f"(?:{'|'.join(_spellings(sign))})" if sign in "+/" else re.escape(sign) for sign in core
    )


def _spellings(character: str) -> list[str]:
    """Patterns for one character, without capturing groups."""
    octets = character.encode("utf-8", "surrogateescape")
    units = character.encode("utf-16-be", "surrogatepass")
    escaped = "".join(rf"{_BACKSLASHES}u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
    found = [
        re.escape(character),
        "".join(f"{_PERCENT}{octet:02x}" for octet in octets),
        "".join(f"{_BACKSLASHES}x{octet:02x}" for octet in octets),
        escaped,
        rf"{_AMPERSAND}\#0*{ord(character)};",
        rf"{_AMPERSAND}\#x0*{ord(character):x};",
    ]
    if character in '"\\/':
        found.insert(0, _BACKSLASHES + re.escape(character))
    if character == " ":
        found.append(r"\+")
    if (entity := html.escape(character)) != character:
        found.append(rf"{_AMPERSAND}{re.escape(entity[1:])}")
    return found


def _base64_cores(secret: str) -> Iterator[str]:
    """What of the secret's base64 does not depend on its neighbours, at each of its three possible offsets."""
    content = secret.encode("utf-8", "surrogateescape")
    whole = base64.b64encode(content).decode()
    for text in (whole, whole.rstrip("=")):
        if len(text) >= _SHORTEST_BASE64:
            yield from (text, text.translate(_URL_SAFE))
    for offset, shared in ((0, 0), (1, 2), (2, 3)):
        full_sextets = (offset + len(content)) * 8 // 6
        core = base64.b64encode(b"\0" * offset + content).decode()[shared:full_sextets]
        if len(core) >= _SHORTEST_BASE64:
            yield from (core, core.translate(_URL_SAFE))


_URL_SAFE = str.maketrans("+/", "-_")
