"""The values behind the names that stand in requests in place of secrets, and the token that can be had anew."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import RLock
from urllib.parse import quote_plus, urlencode

from contract_tests.exchange import Exchange, Headers, Request, Response
from contract_tests.redaction import SHORTEST, Redaction
from contract_tests.world import TOKEN

TOKEN_PATH = "/oauth/token.php"
CLIENT_SECRET = "client_secret"
SHORTEST_TOKEN = 4
ENDED = (
    "the token has ended: it was accepted before, and now a request that it was good for is refused; give a fresh one,"
    " or a client id to renew it with"
)
_REFUSED = (401, 403)
_NOTHING_THERE = (404, 405, 501)
_SHOWN = 120


class NoTokenIssued(Exception):
    """The token endpoint gives no token; the message says what it answered, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An App that is known to the token endpoint."""

    id: str
    secret: str = field(repr=False)


class Credentials(Mapping[str, str]):
    """Secrets by name. With a client the secret `token` is fetched from the token endpoint, and again when it ends.

    `probe` is a request that changes nothing and that a good token is enough for. Without a client it tells all the
    same that a token has ended, if requests of its method were accepted before. `lost` says why there is no good token
    any more, once that is so. Several targets may share credentials; whoever renews holds `lock`.
    """

    def __init__(
        self, secrets: Mapping[str, str], *, client: Client | None = None, probe: Request | None = None
    ) -> None:
        self._values = dict(secrets)
        if client is not None:
            self._values[CLIENT_SECRET] = client.secret
        self._issued: list[tuple[str, str]] = []
        self._told: list[Callable[[str, str], None]] = []
        self._accepted: set[str] = set()
        self.client = client
        self.probe = probe
        self.lost = ""
        self.lock = RLock()

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def tell(self, listener: Callable[[str, str], None]) -> None:
        """The listener is given name and value of each token: of those issued so far, and of each to come at once.

        The token endpoint may issue more than was asked for, such as a refresh token: those are told of as well.
        """
        for name, issued in self._issued:
            listener(name, issued)
        self._told.append(listener)

    def note(self, exchange: Exchange) -> None:
        """Remembers with which methods the user's own token was accepted."""
        if _is_own(exchange) and exchange.response is not None and exchange.response.status not in _REFUSED:
            self._accepted.add(exchange.request.method)

    def may_have_ended(self, exchange: Exchange) -> bool:
        """Whether a refusal may be for the age of the user's own token, and the probe can tell."""
        is_known = self.probe is not None and self.probe.method in self._accepted
        return (
            (self.client is not None or is_known)
            and exchange.response is not None
            and exchange.response.status in _REFUSED
            and _is_own(exchange)
        )

    def token_request(self) -> Request:
        """The request for a token, as the vendor's own client makes it, with the secret as a name."""
        assert self.client is not None
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client.id,
            "client_secret": _named(CLIENT_SECRET),
            "type": "unifiedapi",
        }
        return Request(
            method="POST",
            target=TOKEN_PATH,
            headers=(("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")),
            body=urlencode(form, safe="${}").encode(),
        )

    def revealed(self, body: bytes) -> bytes:
        """The body of a token request with the secret in it."""
        secret = quote_plus(self._values[CLIENT_SECRET])
        return body.replace(_named(CLIENT_SECRET).encode(), secret.encode())

    def accept(self, response: Response | None, trouble: str) -> None:
        """Takes the token out of an answer of the token endpoint. Raises `NoTokenIssued`.

        Whatever tokens the answer holds are told of, also where it is refused.
        """
        if response is None:
            said = self._redaction.excerpt(trouble, _SHOWN)
            raise NoTokenIssued(f"the token endpoint {TOKEN_PATH} does not answer: {said}")
        value, named = _object(response.body)
        for name, issued in _tokens_in(named):
            self._tell(name, issued)
        token = value.get("access_token")
        if response.status != 200 or not isinstance(token, str) or len(token) < SHORTEST_TOKEN:
            said = self._redaction.excerpt(_said(value), _SHOWN) or (
                f"no access_token of {SHORTEST_TOKEN} characters or more" if response.status == 200 else ""
            )
            answered = (
                f"the token endpoint {TOKEN_PATH} answered {response.status}{f' ({said})' if said else ''}"
            )
            missing = response.status in _NOTHING_THERE
            advice = "is there one?" if missing else "check the client id and its secret"
            raise NoTokenIssued(f"{answered}; {advice}")
        self._values["token"] = token

    def _tell(self, name: str, issued: str) -> None:
        self._issued.append((name, issued))
        for listener in self._told:
            listener(name, issued)

    @property
    def _redaction(self) -> Redaction:
        known = Redaction({name: value for name, value in self._values.items() if len(value) >= SHORTEST})
        for name, issued in self._issued:
            known.also(name, issued)
        return known


def header_secrets(headers: Headers) -> tuple[Headers, dict[str, str]]:
    """The headers with names in place of what is secret in them, and the values behind the names.

    Headers that are called after tokens, keys, passwords, cookies and the like hold secrets: all that comes after the
    scheme of a credential, the value of each cookie, else the whole value. Values shorter than a secret can be stay.
    """
    named, secrets = [], dict[str, str]()
    for header, value in headers:
        if LIKE_A_SECRET.search(header):
            names = dict[str, str]()
            for part in _secret_parts(header, value):
                name = f"header_{re.sub('[^a-z0-9]', '_', header.lower())}"
                name = name if secrets.get(name, part) == part else f"{name}_{len(secrets)}"
                secrets[name] = part
                names[part] = _named(name)
            value = _replaced(value, names)
        named.append((header, value))
    return tuple(named), secrets


def _replaced(text: str, names: Mapping[str, str]) -> str:
    """The text with each of these parts, the longest first, as its name; a name is looked into no more."""
    parts = "|".join(map(re.escape, names))
    return re.sub(parts, lambda found: names[found[0]], text) if parts else text


LIKE_A_SECRET = re.compile(
    "auth|cookie|token|key|secret|passw|credential|session|signature|jwt", re.IGNORECASE
)


def _secret_parts(header: str, value: str) -> list[str]:
    if "cookie" in header.lower():
        parts = [pair.partition("=")[2].strip() or pair.strip() for pair in value.split(";")]
    else:
        scheme, _, rest = value.partition(" ")
        parts = [rest.strip() if rest and scheme.isalpha() else value]
    parts = [part for part in parts if len(part) >= SHORTEST_TOKEN and not _NAMED.fullmatch(part)]
    return sorted(set(parts), key=lambda part: (-len(part), part))


_NAMED = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def as_it_may_be_told(answered: Exchange) -> Exchange:
    """An exchange with the token endpoint, without what may be a token and cannot be found as one.

    That is the body where it is no JSON object, of which the length stays, and in a redirect all behind the path.
    """
    response = answered.response
    if response is None:
        return answered
    headers = tuple(
        (name, re.sub(r"[?#].*", "?...", value) if name.lower() == "location" else value)
        for name, value in response.headers
    )
    body = response.body if _object(response.body)[0] else b""
    size = max(response.body_size, len(response.body))
    return replace(answered, response=replace(response, headers=headers, body=body, body_size=size))


def _tokens_in(named: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str]]:
    """Names and values of all that is called a token; the user's own is called `token`."""
    for key, each in named:
        name = re.sub("[^a-z0-9]", "_", key.lower())
        if isinstance(each, str) and len(each) >= SHORTEST_TOKEN and name.endswith("token"):
            yield "token" if name == "access_token" else f"issued_{name}", each


def _is_own(exchange: Exchange) -> bool:
    return exchange.request.header("Authorization") == f"Bearer {TOKEN}"


def _named(name: str) -> str:
    return "${" + name + "}"


def _object(body: bytes) -> tuple[dict[str, object], list[tuple[str, object]]]:
    """The JSON object in a body, empty where there is none, and every name with its value, however deep or often."""
    named: list[tuple[str, object]] = []

    def noted(pairs: list[tuple[str, object]]) -> dict[str, object]:
        named.extend(pairs)
        return dict(pairs)

    try:
        value = json.loads(body, object_pairs_hook=noted)
    except (ValueError, RecursionError):
        return {}, []
    return (value, named) if isinstance(value, dict) else ({}, [])


def _said(value: Mapping[str, object]) -> str:
    """The words of RFC 6749, printable."""
    words = [value.get("error"), value.get("error_description")]
    text = ": ".join(word for word in words if isinstance(word, str) and word)
    return "".join(each if each.isprintable() else "?" for each in text)
