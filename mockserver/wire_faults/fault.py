"""What a wire fault is.  Its words are WireMock's where WireMock has one."""

from enum import StrEnum
from random import Random
from typing import Annotated, Final, Literal

import msgspec

from mockserver.request_pattern import RequestPattern

Milliseconds = Annotated[float, msgspec.Meta(ge=0, le=86_400_000)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class Fault(StrEnum):
    EMPTY_RESPONSE = "EMPTY_RESPONSE"
    CONNECTION_RESET_BY_PEER = "CONNECTION_RESET_BY_PEER"
    RANDOM_DATA_THEN_CLOSE = "RANDOM_DATA_THEN_CLOSE"
    MALFORMED_RESPONSE_CHUNK = "MALFORMED_RESPONSE_CHUNK"
    # WireMock has no word for these.
    TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    TRUNCATED_BODY = "TRUNCATED_BODY"
    WRONG_CONTENT_LENGTH = "WRONG_CONTENT_LENGTH"
    MALFORMED_JSON = "MALFORMED_JSON"
    WRONG_CONTENT_TYPE = "WRONG_CONTENT_TYPE"
    SCHEMA_VIOLATION = "SCHEMA_VIOLATION"


INSTEAD: Final = frozenset({Fault.TOO_MANY_REQUESTS, Fault.SERVICE_UNAVAILABLE})
"""The call is never asked for: another answer comes instead."""

ON_BODY: Final = frozenset(
    {
        Fault.TRUNCATED_BODY,
        Fault.WRONG_CONTENT_LENGTH,
        Fault.MALFORMED_JSON,
        Fault.WRONG_CONTENT_TYPE,
        Fault.SCHEMA_VIOLATION,
    }
)
"""Something is done to the body of the right answer; an answer without a body is let pass."""

Moment = Literal["before", "after"]


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="fixed", tag_field="type"):
    milliseconds: Milliseconds

    def draw(self, _random: Random) -> float:
        return self.milliseconds


class Uniform(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="uniform", tag_field="type"):
    lower: Milliseconds
    upper: Milliseconds

    def __post_init__(self) -> None:
        if self.lower > self.upper:
            raise ValueError(f"lower {self.lower:g} lies above upper {self.upper:g}")

    def draw(self, random: Random) -> float:
        return random.uniform(self.lower, self.upper)


class LogNormal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="lognormal", tag_field="type"):
    """Half of all delays are shorter than `median`; `max_value` cuts the long tail off."""

    median: Annotated[float, msgspec.Meta(gt=0, le=86_400_000)]
    sigma: Annotated[float, msgspec.Meta(ge=0, le=5)]
    max_value: Milliseconds = msgspec.field(default=86_400_000, name="maxValue")

    def draw(self, random: Random) -> float:
        return min(self.median * random.lognormvariate(0, self.sigma), self.max_value)


Distribution = Fixed | Uniform | LogNormal


class Dribble(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """The body in so many pieces over so many milliseconds."""

    number_of_chunks: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    total_duration: Milliseconds


class WireFault(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True, kw_only=True
):
    """What happens (`fault`, a delay, a dribble: at least one), to which requests, when, and how often.

    `nth` is the first matching request to be struck, counted from 1; `times` is how often it strikes at most, once if
    `nth` is given and without end if not.  `probability` is drawn from the session's seed.  `time_to_live` is in
    seconds of the session's clock.  `strikes` is before or after the call takes effect.
    """

    request: RequestPattern = RequestPattern()
    fault: Fault | None = None
    fixed_delay_milliseconds: Milliseconds | None = None
    delay_distribution: Distribution | None = None
    chunked_dribble_delay: Dribble | None = None
    strikes: Moment | None = None
    retry_after: Annotated[int, msgspec.Meta(ge=0, le=86_400)] | None = None
    nth: Count | None = None
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    times: Count | None = None
    time_to_live: Annotated[float, msgspec.Meta(gt=0, le=10_000_000_000)] | None = None

    def __post_init__(self) -> None:
        delays = (self.fixed_delay_milliseconds, self.delay_distribution)
        if all(each is None for each in (self.fault, self.chunked_dribble_delay, *delays)):
            raise ValueError(
                "nothing is to happen: give fault, fixedDelayMilliseconds, delayDistribution or chunkedDribbleDelay"
            )
        if None not in delays:
            raise ValueError("give fixedDelayMilliseconds or delayDistribution, not both")
        if self.nth is not None and self.probability is not None:
            raise ValueError("give nth or probability, not both")
        if self.retry_after is not None and self.fault not in INSTEAD:
            raise ValueError(f"retryAfter goes with {' or '.join(sorted(INSTEAD))}")
        if self.chunked_dribble_delay is not None and self.fault not in (None, *_DRIBBLED):
            raise ValueError(f"chunkedDribbleDelay does not go with {self.fault}")
        self._check_strikes()

    def _check_strikes(self) -> None:
        if self.strikes is None or self.fault is None:
            return
        if self.strikes == "after" and self.fault in INSTEAD:
            raise ValueError(
                f"{self.fault} strikes before the call takes effect: it is an answer instead of it"
            )
        if self.strikes == "before" and self.fault in ON_BODY:
            raise ValueError(f"{self.fault} strikes after the effect: it is done to the answer")

    @property
    def moment(self) -> Moment:
        return self.strikes or ("after" if self.needs_body else "before")

    @property
    def delay(self) -> Distribution | None:
        if self.fixed_delay_milliseconds is not None:
            return Fixed(self.fixed_delay_milliseconds)
        return self.delay_distribution

    @property
    def only_delays(self) -> bool:
        return self.fault is None and self.chunked_dribble_delay is None

    @property
    def needs_body(self) -> bool:
        return self.fault in ON_BODY or self.chunked_dribble_delay is not None

    @property
    def limit(self) -> int | None:
        return 1 if self.times is None and self.nth is not None else self.times


_DRIBBLED: Final = frozenset({Fault.MALFORMED_JSON, Fault.WRONG_CONTENT_TYPE, Fault.SCHEMA_VIOLATION})


class DelayError(ValueError):
    def __init__(self, text: str, why: str) -> None:
        super().__init__(
            f"delay {text!r} {why}; allowed: milliseconds such as 200, uniform:LOWER,UPPER or lognormal:MEDIAN,SIGMA"
        )


def delay_named(text: str) -> Distribution:
    """`200`, `uniform:100,300` or `lognormal:200,0.4`, in milliseconds; raise DelayError."""
    kind, _, numbers = text.rpartition(":")
    if (kind or "fixed") not in _PARTS:
        raise DelayError(text, "is of no known kind")
    names = _PARTS[kind or "fixed"]
    values = numbers.split(",")
    if len(values) != len(names):
        raise DelayError(text, f"needs {len(names)} numbers")
    try:
        parts = dict(zip(names, map(float, values), strict=True))
        distribution: Distribution = msgspec.convert({"type": kind or "fixed", **parts}, Distribution)
    except ValueError as error:  # msgspec.ValidationError is one too
        raise DelayError(text, f"cannot be used: {error}") from None
    return distribution


_PARTS: Final = {
    "fixed": ("milliseconds",),
    "uniform": ("lower", "upper"),
    "lognormal": ("median", "sigma"),
}


def delaying(distribution: Distribution) -> WireFault:
    """Every answer, for ever."""
    return WireFault(delay_distribution=distribution)
