"""The mock against its peers, in the ratios that it is held to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

OURS: Final = "callpark"
Server = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """`of` is a figure of ours, `to` of the peers named, the best of whom counts; with `at_most` less is better."""

    what: str
    of: Callable[[Server], float]
    peers: Sequence[str]
    goal: float
    to: Callable[[Server], float] | None = None
    at_most: bool = False

    def measured(self, servers: Sequence[Server]) -> float | None:
        """None where one of them was not measured."""
        ours = next((each for each in servers if each["name"] == OURS), None)
        against = [each for each in servers if each["name"] in self.peers]
        try:
            figures = [(self.to or self.of)(each) for each in against]
            figure = self.of(ours) if ours else None
        except KeyError:
            return None
        if figure is None or not figures:
            return None
        return figure / (min(figures) if self.at_most else max(figures))


def _puts(server: Server) -> float:
    return float(server["update"]["rate"])


def _refusals(server: Server) -> float:
    return float(server["refused"]["rate"])


def _p99(server: Server) -> float:
    return float(server["update"]["p99"])


def _start(server: Server) -> float:
    return float(server["coldMilliseconds"])


def _memory(server: Server) -> float:
    return float(server["coldMegabytes"])


def _memory_under_load(server: Server) -> float:
    return float(server["megabytesUnderLoad"])


_PRISM: Final = ("Prism", "Prism, its log off")
_WIREMOCK: Final = ("WireMock, matching payloads",)
_WIREMOCK_BLIND: Final = ("WireMock",)
_PLAIN: Final = ("connexion",)

RATIOS: Final = (
    Ratio(what="PUT/s over plain connexion's", of=_puts, peers=_PLAIN, goal=8),
    Ratio(what="PUT/s over Prism's best", of=_puts, peers=_PRISM, goal=3.5),
    Ratio(what="PUT/s over WireMock's that looks at payloads", of=_puts, peers=_WIREMOCK, goal=2),
    Ratio(what="PUT/s over WireMock's that does not", of=_puts, peers=_WIREMOCK_BLIND, goal=2),
    Ratio(what="p99 over Prism's best", of=_p99, peers=_PRISM, goal=0.15, at_most=True),
    Ratio(what="refusals/s over Prism's best", of=_refusals, peers=_PRISM, goal=5),
    Ratio(what="refusals/s over its own PUT/s", of=_refusals, to=_puts, peers=(OURS,), goal=0.8),
    Ratio(what="start over plain connexion's", of=_start, peers=_PLAIN, goal=1, at_most=True),
    Ratio(what="start over Prism's best", of=_start, peers=_PRISM, goal=0.65, at_most=True),
    Ratio(what="memory when started over Prism's best", of=_memory, peers=_PRISM, goal=0.5, at_most=True),
    Ratio(
        what="memory under load over Prism's best",
        of=_memory_under_load,
        peers=_PRISM,
        goal=0.5,
        at_most=True,
    ),
)


def ratio_rows(servers: Sequence[Server]) -> Iterator[str]:
    yield "| callpark's | goal | measured |"
    yield "| --- | ---: | ---: |"
    for ratio in RATIOS:
        measured = ratio.measured(servers)
        told = "" if measured is None else f"{measured:.2f}"
        yield f"| {ratio.what} | {'≤' if ratio.at_most else '≥'} {ratio.goal:g} | {told} |"
