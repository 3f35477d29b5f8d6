"""Facts in, lines out: nothing is kept back, so that a run that is killed leaves all that it knew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO, Literal

import msgspec

from contract_tests.exchange import Exchange, Headers
from contract_tests.record.body import LIMIT, stored
from contract_tests.record.cookie_values import CookieValues
from contract_tests.record.headers import headers_size, stored_headers
from contract_tests.record.lines import (
    FORMAT,
    VERSION,
    AnyLine,
    CaseLine,
    ExchangeLine,
    Footer,
    Header,
    ObservationLine,
    RequestPart,
    ResponsePart,
    RulingLine,
    Suite,
    TargetLine,
    UntriedLine,
)
from contract_tests.record.seal import sealed
from contract_tests.record.sums import Sums
from contract_tests.redaction import shortened
from contract_tests.verdict import Reading, Ruling

_ENCODER = msgspec.json.Encoder()
LONGEST_SENTENCE = 600
"""So many characters of what is said about an answer are written; the exchange has the answer itself."""


class RecordWriter:
    """Writes a record line by line and flushes each.

    Everything that can come from the target or from its profile goes through `redact`, and loses the values of cookies
    that the target set; ids of clauses and cases do not. A body is stored whole up to `limit` bytes, of a longer one
    the beginning. Sentences are cut here and nowhere before, since a secret that was cut would not be found. The
    footer's sums are taken of what was written.
    """

    def __init__(self, stream: BinaryIO, redact: Callable[[str], str], *, limit: int = LIMIT) -> None:
        self._stream = stream
        self._redact_secrets = redact
        self._cookies = CookieValues()
        self._limit = limit
        self._content = hashlib.sha256()
        self._sums = Sums()
        self._last: type[AnyLine] | None = None

    def header(
        self,
        *,
        run: str,
        started: str,
        suite: Suite,
        target: TargetLine,
        lane: str,
        reading: Reading,
        seed: int,
        rung: str,
        safe: bool = False,
        shard: str = "",
        engine: bool = False,
        profile: Mapping[str, Any],
        world: Mapping[str, Any],
    ) -> Header:
        line = Header(
            format=FORMAT,
            version=VERSION,
            run=run,
            started=started,
            suite=suite,
            target=TargetLine(name=self._text(target.name), url=self._text(target.url)),
            lane=lane,
            reading=reading,
            seed=seed,
            safe=safe,
            shard=shard,
            engine=engine,
            rung=self._text(rung),
            profile=self._value(dict(profile)),
            world=self._value(dict(world)),
        )
        self._write(line)
        return line

    def case(self, *, id: str, clause: str, title: str) -> None:
        self._write(CaseLine(id=id, clause=clause, title=self._sentence(title)))

    def exchange(self, exchange: Exchange) -> None:
        request, response = exchange.request, exchange.response
        self._cookies.learn(exchange)
        sent = stored(request.body, size=len(request.body or b""), redact=self._redact, limit=self._limit)
        self._write(
            ExchangeLine(
                number=exchange.number,
                case=exchange.case,
                role=exchange.role,
                started=round(exchange.started, 6),
                elapsed=round(exchange.elapsed, 6),
                request=RequestPart(
                    method=self._text(request.method),
                    target=self._text(request.target),
                    headers=self._headers(request.headers),
                    body=sent.text,
                    body_base64=sent.encoded,
                ),
                response=self._response(exchange) if response is not None else None,
                trouble=self._sentence(exchange.trouble) if exchange.trouble is not None else None,
                call=self._value(exchange.call.as_json()) if exchange.call is not None else None,
                witness=self._value(exchange.witness.as_json()) if exchange.witness is not None else None,
                also=list(exchange.also),
            )
        )

    def untried(self, *, case: str, kind: Literal["lacking", "does-not-arise", "broken"], why: str) -> None:
        """No request was sent for a case."""
        self._write(UntriedLine(case=case, kind=kind, why=self._sentence(why)))

    def ruling(self, ruling: Ruling, reproduce: Sequence[str] = ()) -> None:
        """A verdict; `reproduce` are the shell lines that show it again."""
        self._write(
            RulingLine(
                clause=ruling.clause,
                case=ruling.case,
                reading=ruling.reading,
                verdict=str(ruling.verdict),
                title=self._sentence(ruling.title),
                expected=[self._sentence(one) for one in ruling.expected],
                actual=self._sentence(ruling.actual),
                hint=self._sentence(ruling.hint),
                exchanges=list(ruling.exchanges),
                attempts=ruling.attempts,
                reproduce=[self._text(line) for line in reproduce],
                because=list(ruling.because),
            )
        )

    def observation(
        self, *, clause: str, case: str, title: str, actual: str, exchanges: Sequence[int] = ()
    ) -> None:
        self._write(
            ObservationLine(
                clause=clause,
                case=case,
                title=self._sentence(title),
                actual=self._sentence(actual),
                exchanges=list(exchanges),
            )
        )

    def footer(self, *, finished: str, elapsed: float, calls_used: int) -> Footer:
        unsealed = self._sums.as_footer(finished=finished, elapsed=elapsed, calls_used=calls_used)
        line = sealed(unsealed, self._content)
        self._write(line)
        return line

    def _write(self, line: AnyLine) -> None:
        if isinstance(line, Header) is (self._last is not None) or self._last is Footer:
            raise ValueError(f"{type(line).__name__}: a record is one header, what happened, one footer")
        content = _ENCODER.encode(line) + b"\n"
        self._stream.write(content)
        self._stream.flush()
        self._content.update(content)
        self._sums.take(line)
        self._last = type(line)

    def _response(self, exchange: Exchange) -> ResponsePart:
        response = exchange.response
        assert response is not None
        size = max(response.body_size, len(response.body))
        body = stored(response.body, size=size, redact=self._redact, limit=self._limit)
        headers = stored_headers(response.headers, text=self._text)
        return ResponsePart(
            status=response.status,
            headers=headers.kept,
            body=body.text,
            body_base64=body.encoded,
            body_size=size,
            clipped=body.clipped,
            headers_size=headers_size(response.headers),
            headers_clipped=headers.clipped,
        )

    def _headers(self, headers: Headers) -> list[tuple[str, str]]:
        return [(self._text(name), self._text(value)) for name, value in headers]

    def _sentence(self, text: str) -> str:
        return shortened(self._text(text), LONGEST_SENTENCE)

    def _redact(self, text: str) -> str:
        return self._cookies(self._redact_secrets(text))

    def _text(self, text: str) -> str:
        """Free of secrets, and of the lone surrogates that no JSON file can hold."""
        safe = self._redact(text)
        return safe if safe.isascii() else safe.encode("utf-8", "backslashreplace").decode()

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self._text(str(key)): self._value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(item) for item in value]
        return value
