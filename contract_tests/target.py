"""The implementation under test, as one thing that answers requests: patience, secrets and numbers around the wire."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from contract_tests.credentials import (
    ENDED,
    TOKEN_PATH,
    Credentials,
    NoTokenIssued,
    as_it_may_be_told,
)
from contract_tests.exchange import LONGEST_BODY, Exchange, Headers, Request, Response, Role
from contract_tests.freshness import FRESH_EVERY, Freshness
from contract_tests.in_vain import InVain
from contract_tests.patience import asked_for, is_busy, kept_busy
from contract_tests.proxy import UnusableProxy
from contract_tests.wire import NoAnswer, NotConnected, Wire, reason
from contract_tests.world import KnownCall

MORE_TRIES = 3
ROOT = "/uapi/phoneCalls"


class UnusableTarget(Exception):
    """The target's address is no address; the message says what is wrong with it."""


class TargetUnreachable(Exception):
    """Nobody answers at the target's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds in seconds (`answer`: from the first to the last byte), and how often a busy target is asked.

    A target that asks for more than `busy_wait` is not asked again: it would be before its time.
    """

    connect: float = 2.0
    answer: float = 10.0
    busy_tries: int = 3
    busy_wait: float = 30.0


@dataclass(kw_only=True)
class Target:
    """Sends requests and says what came back; secrets enter here and nowhere else.

    `secrets` maps the names that stand in requests as `${name}` to their values; where they are `Credentials` with a
    client, a token that has ended is renewed and the request asked again; with a probe alone nothing more is sent then.
    `now` is a monotonic clock and `sleep` waits, both in seconds; `wall_clock` is for dates in answers; `rate` is how
    many requests a second are sent at the most.
    `watch` is told of every exchange, with secrets still named. One in `fresh_every` requests under test (0: none), and
    what `Freshness` says, opens a connection of its own.
    """

    url: str
    secrets: Mapping[str, str]
    now: Callable[[], float]
    sleep: Callable[[float], None]
    wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    watch: Callable[[Exchange], None] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    limits: Limits = field(default_factory=Limits)
    rate: float | None = None
    fresh_every: int = FRESH_EVERY
    verify: ssl.SSLContext | bool = True
    _wire: Wire = field(init=False, repr=False)
    _credentials: Credentials = field(init=False, repr=False)
    _unwatched: list[Exchange] = field(init=False, default_factory=list, repr=False)
    _started: float = field(init=False)
    _number: int = field(init=False, default=0)
    _freshness: Freshness = field(init=False, repr=False)
    _not_before: float = field(init=False, default=0.0)
    _in_vain: InVain = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.url = origin_and_prefix(self.url)
        self._credentials = (
            self.secrets if isinstance(self.secrets, Credentials) else Credentials(self.secrets)
        )
        try:
            self._wire = Wire(
                url=self.url,
                connect=self.limits.connect,
                answer=self.limits.answer,
                verify=self.verify,
            )
        except UnusableProxy as error:
            raise UnusableTarget(f"{self.url} cannot be reached: {error}") from error
        except ValueError as error:
            raise UnusableTarget(f"{self.url!r} is no URL of a target: {error}") from error
        self._started = self.now()
        self._in_vain = InVain(timeout=self.limits.answer)
        self._freshness = Freshness(every=self.fresh_every)

    @property
    def is_connected(self) -> bool:
        """Whether a connection is kept that is open as far as can be seen from here."""
        return self._wire.is_open

    def close(self) -> None:
        """Closes the kept connections."""
        self._wire.close()

    def exchange(
        self,
        request: Request,
        *,
        case: str = "",
        role: Role = "request",
        call: KnownCall | None = None,
        witness: KnownCall | None = None,
        also: tuple[str, ...] = (),
    ) -> Exchange:
        """Sends a request and returns what came back. A broken transport is an answer too (`trouble`).

        An answer 429 or 503 is the target asking for patience, so the request is sent again after `Retry-After`.
        What is not under test (listings, set-up) is sent again too when its connection breaks; an UnPark of a parked
        call never is, which may have retrieved it although no answer came, nor is what makes a phone ring.
        """
        token = self.secrets.get("token")
        known = Exchange(
            number=0, case=case, role=role, request=request, call=call, witness=witness, also=also
        )
        exchange = self._once(known)
        self._credentials.note(exchange)
        if self._credentials.may_have_ended(exchange):
            exchange = self._with_a_good_token(known, exchange, token)
        else:
            self.tell(exchange)
        return exchange

    def log_in(self) -> None:
        """Fetches a token with the client of the credentials. Raises `NoTokenIssued`."""
        asked = Exchange(number=0, case="", role="set-up", request=self._credentials.token_request())
        answered = self._once(asked)
        try:
            self._credentials.accept(answered.response, answered.trouble or "")
        finally:
            self.tell(as_it_may_be_told(answered))

    def twin(self) -> Target:
        """A target like this one with a connection of its own, which it keeps, and which counts the same seconds, those
        among them that were waited in vain.

        Nobody watches it: what it sends is `unwatched`, for this target to `adopt`.
        """
        twin = replace(self, watch=None, rate=None, fresh_every=0)
        twin._started = self._started
        twin._in_vain = self._in_vain
        return twin

    def adopt(self, exchange: Exchange) -> Exchange:
        """An exchange of a twin as one of this target, under the next number; its watcher is told."""
        self._number += 1
        adopted = replace(exchange, number=self._number)
        self.tell(adopted)
        return adopted

    def tell(self, exchange: Exchange) -> None:
        """Has an exchange watched, or kept until it can be."""
        (self.watch or self._unwatched.append)(exchange)

    def unwatched(self) -> Iterator[Exchange]:
        """The exchanges that nobody watched so far, each once: what was asked before there was a record."""
        while self._unwatched:
            yield self._unwatched.pop(0)

    def tell_of_tokens(self, listener: Callable[[str, str], None]) -> None:
        """The listener is given name and value of each token that is fetched, before its exchange is watched."""
        self._credentials.tell(listener)

    @property
    def lost(self) -> str:
        """Why nothing is sent any more, for want of a good token or of time to wait for answers; empty until then."""
        return self._credentials.lost or self._in_vain.over

    def _with_a_good_token(self, known: Exchange, refused: Exchange, token: str | None) -> Exchange:
        """The refusal where the token was good, else what the request is answered with a fresh one.

        A refusal for the token's age is no evidence: in the record it stands as set-up.
        """
        credentials = self._credentials
        with credentials.lock:
            if credentials["token"] == token:
                probes = self._probed()
                is_good = any(one.response and not credentials.may_have_ended(one) for one in probes)
                self.tell(refused if is_good else _as_set_up(refused))
                for probe in probes:
                    self.tell(probe)
                if is_good:
                    return refused
                self._renew()
            else:  # a target that shares the credentials has renewed it meanwhile
                self.tell(_as_set_up(refused))
        exchange = self._once(known)
        self.tell(exchange)
        return exchange

    def _probed(self) -> list[Exchange]:
        """What the probe is answered; without a client a refusal of it is not believed the first time."""
        probe = self._credentials.probe
        assert probe is not None
        asked = Exchange(number=0, case="", role="set-up", request=probe)
        probes = [self._once(asked)]
        if self._credentials.client is None and self._credentials.may_have_ended(probes[0]):
            probes.append(self._once(asked))
        return probes

    def _renew(self) -> None:
        if self._credentials.client is None:
            self._credentials.lost = ENDED
            return
        try:
            self.log_in()
        except NoTokenIssued as error:
            self._credentials.lost = f"the token has ended and was not renewed: {error}"

    def _once(self, known: Exchange) -> Exchange:
        """An exchange of which the request, its place and its purpose are known, with number, answer and times."""
        self._number += 1
        self._keep_rate()
        if self._freshness.opens(known.role):
            self._wire.close()
        begun = self.now()
        is_sent = not self.lost
        response, trouble, timed_out = self._patiently(known.request)
        for _ in range(MORE_TRIES if _may_be_repeated(known) else 0):
            if response is None and not timed_out:
                self._keep_rate()
                response, trouble, timed_out = self._patiently(known.request)
        exchange = replace(
            known,
            number=self._number,
            request=replace(known.request, headers=known.request.headers + self.headers),
            response=_as_kept(response, known.role) if response is not None else None,
            trouble=trouble,
            timed_out=timed_out,
            started=round(begun - self._started, 6),
            elapsed=round(self.now() - begun, 6),
        )
        if is_sent:
            self._freshness.note(exchange)
            self._in_vain.count(exchange)
        return exchange

    def probe(self, path: str = "/") -> Response | None:
        """What a GET is answered, or None. Raises `TargetUnreachable` when no connection can be made."""
        try:
            return self._send(Request(method="GET", target=path))
        except NotConnected as error:
            raise TargetUnreachable(self._unreachable(str(error))) from error
        except (NoAnswer, ValueError):
            return None

    def _unreachable(self, why: str) -> str:
        if "CERTIFICATE_VERIFY_FAILED" in why:
            return (
                f"the certificate of {self.url} is not trusted ({why}); name the one who signed it with"
                " --cacert, or take any with --insecure"
            )
        if "[SSL" in why:
            return f"{self.url} speaks no TLS that can be used ({why}); does it serve http://?"
        return f"nobody answers at {self.url} ({why})"

    def _keep_rate(self) -> None:
        if self.rate is not None:
            self.sleep(max(0.0, self._not_before - self.now()))
            self._not_before = self.now() + 1 / self.rate

    def _patiently(self, request: Request) -> tuple[Response | None, str | None, bool]:
        if self.lost:
            return None, self.lost, True
        for tries_left in reversed(range(self.limits.busy_tries)):
            try:
                response = self._send(request)
            except NoAnswer as error:
                return None, str(error), error.timed_out
            except ValueError as error:
                return None, reason(error), False
            if not is_busy(response):
                return response, None, False
            wait = asked_for(response, self.wall_clock())
            if wait > self.limits.busy_wait:
                return None, kept_busy(response.status, wait), True
            if tries_left:
                self.sleep(wait)
                self._keep_rate()
        return None, kept_busy(response.status), True

    def _send(self, request: Request) -> Response:
        named = request.headers + self.headers
        headers = tuple((name, self._reveal(value)) for name, value in named)
        return self._wire.send(
            request.method, request.target, headers, self._content(request), who=_authorization(named)
        )

    def _content(self, request: Request) -> bytes | None:
        if request.body is not None and request.target == TOKEN_PATH and self._credentials.client:
            return self._credentials.revealed(request.body)
        return request.body

    def _reveal(self, value: str) -> str:
        for name, secret in self.secrets.items():
            value = value.replace("${" + name + "}", secret)
        return value


def origin_and_prefix(url: str) -> str:
    """The URL without a trailing slash and without the `/uapi` that every path begins with.

    Raises `UnusableTarget` for what is no http or https URL.
    """
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
        (parts.hostname or "").encode("idna")
    except ValueError:
        raise UnusableTarget(f"{url!r} is no URL of a target; it looks like http://127.0.0.1:8080") from None
    if not url.isprintable() or " " in parts.netloc + parts.path or not parts.path.isascii():
        raise UnusableTarget(f"{url!r} has a character that no URL can hold; write it percent-encoded")
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise UnusableTarget(f"{url!r} is no URL of a target; it looks like http://127.0.0.1:8080")
    if parts.query or parts.fragment or parts.username:
        raise UnusableTarget(f"{url!r} has a user, a query or a fragment; give origin and path only")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/uapi')}"


def _authorization(headers: Headers) -> str:
    """Whom a request is of, by the names of his secrets: a token that was renewed is still the same user's."""
    return "\n".join(value for name, value in headers if name.lower() == "authorization")


def _as_kept(response: Response, role: Role) -> Response:
    """An answer as evidence of which no more is kept than is looked at; a rung reads the whole of what it asked for."""
    if role not in ("request", "before", "after", "again") or len(response.body) <= LONGEST_BODY:
        return response
    return replace(response, body=response.body[:LONGEST_BODY])


def _may_be_repeated(known: Exchange) -> bool:
    request = known.request
    is_unpark = request.method == "PUT" and known.role in ("after", "again")
    places_a_call = request.method == "POST" and request.target.startswith(f"{ROOT}/")
    return known.role != "request" and not is_unpark and not places_a_call


def _as_set_up(exchange: Exchange) -> Exchange:
    return replace(exchange, role="set-up", case="", call=None, witness=None, also=())
