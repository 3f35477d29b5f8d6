"""The promises of the proof, each with what was measured. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from callpark.proof.model import Accusation, ClauseCover, Cost, Digest, Figure, Kill, Vacuity

RIGHT_CLAUSE_FIRST: Final = 0.95
MOST_FINDINGS: Final = 3
MOST_REQUESTS: Final = 200
MOST_SECONDS: Final = 3.0
FIRST_DETECTION: Final = 15


def figures(
    *,
    cost: Cost,
    clauses: Sequence[ClauseCover],
    kills: Sequence[Kill],
    accusations: Sequence[Accusation],
    vacuity: Sequence[Vacuity],
    digests: Sequence[Digest],
) -> tuple[Figure, ...]:
    """All of them, in the order in which they are printed. What was not tried is no success."""
    return (
        *_kill_figures(kills),
        *_accusation_figures(accusations),
        _vacuity_figure(vacuity),
        *_cost_figures(cost, digests),
        *_digest_figures(digests),
        _cover_figure(clauses),
    )


def _kill_figures(kills: Sequence[Kill]) -> Iterable[Figure]:
    seen = [kill for kill in kills if kill.caught]
    unseen = [f"{kill.defect}: {_silence(kill)}" for kill in kills if not kill.caught]
    elsewhere = [f"{kill.defect}: {kill.lane}" for kill in seen if _too_late(kill)]
    yield Figure(
        name="defects caught",
        wanted="all, by the lane conform where its table can see them",
        measured=f"{len(seen)} of {len(kills)}"
        + (f", {len(elsewhere)} of them not by the lane that should" if elsewhere else ""),
        ok=bool(kills) and not unseen and not elsewhere,
        misses=(*unseen, *elsewhere),
    )
    astray = [
        f"{kill.defect}: {kill.named} instead of {kill.clause}" for kill in seen if not kill.by_its_clause
    ]
    share = 1 - len(astray) / len(seen) if seen else 0.0
    yield Figure(
        name="right clause named first",
        wanted=f"at least {RIGHT_CLAUSE_FIRST:.0%}",
        measured=f"{len(seen) - len(astray)} of {len(seen)} ({share:.1%})",
        ok=share >= RIGHT_CLAUSE_FIRST,
        misses=tuple(astray),
    )
    wordy = [f"{kill.defect}: {_accused(kill)}" for kill in seen if _accused(kill) > MOST_FINDINGS]
    yield Figure(
        name="clauses named per defect",
        wanted=f"at most {MOST_FINDINGS}",
        measured=f"at most {max(map(_accused, seen), default=0)},"
        f" in at most {max((kill.cases for kill in seen), default=0)} cases",
        ok=bool(seen) and not wordy,
        misses=tuple(wordy),
    )


def _silence(kill: Kill) -> str:
    said = kill.trouble or f"nothing said of {kill.clause}"
    left = f", {kill.open} clauses not judged" if kill.open else ""
    return f"{said} (lane {kill.planned_lane}{left})"


def _too_late(kill: Kill) -> bool:
    return kill.planned_lane == "conform" and kill.lane != "conform"


def _accused(kill: Kill) -> int:
    return 1 + len(kill.also)


def _accusation_figures(rows: Sequence[Accusation]) -> Iterable[Figure]:
    groups = {
        "variants alone": [row for row in rows if row.lane == "conform" and len(row.variants) == 1],
        "pairs of variants": [row for row in rows if len(row.variants) > 1],
        "variants explored": [row for row in rows if row.lane != "conform" and len(row.variants) == 1],
    }
    for name, group in groups.items():
        if not group and name != "variants alone":
            continue
        bad = [row for row in group if row.accused or row.open or row.trouble]
        yield Figure(
            name=f"{name} accused",
            wanted="none",
            measured=f"{len(bad)} of {len(group)}",
            ok=bool(group) and not bad,
            misses=tuple(f"{row.title}: {_reason(row)}" for row in bad),
        )


def _reason(row: Accusation) -> str:
    if row.trouble or row.accused:
        return row.trouble or ", ".join(row.accused)
    return f"not judged: {', '.join(row.open)}"


def _vacuity_figure(rows: Sequence[Vacuity]) -> Figure:
    bad = [row for row in rows if row.passed_musts or row.exit_code in (0, 5) or row.trouble]
    return Figure(
        name="must clauses passed by empty servers",
        wanted="0",
        measured=f"{sum(len(row.passed_musts) for row in rows)} on {len(rows)} servers",
        ok=bool(rows) and not bad,
        misses=tuple(
            f"{row.server}: {row.trouble or ', '.join(row.passed_musts) or f'exit {row.exit_code}'}"
            for row in bad
        ),
    )


def _cost_figures(cost: Cost, digests: Sequence[Digest]) -> Iterable[Figure]:
    ran = any(row.digest for row in digests)
    yield Figure(
        name="requests of the lane conform",
        wanted=f"at most {MOST_REQUESTS}",
        measured=f"{cost.requests}, with {cost.calls_used} parked calls",
        ok=ran and cost.requests <= MOST_REQUESTS,
    )
    yield Figure(
        name="seconds of the lane conform",
        wanted=f"at most {MOST_SECONDS:g} on an idle machine",
        measured=f"{cost.seconds:.1f}",
        ok=ran and cost.seconds <= MOST_SECONDS,
    )
    requests, seconds = cost.to_first_detection, cost.seconds_to_first_detection
    listings = cost.exchanges_to_first_detection
    yield Figure(
        name="requests to the first detection",
        wanted=f"median at most {FIRST_DETECTION}",
        measured="none was seen"
        if requests is None
        else f"median {requests:g} ({listings:g} with listings), {seconds:.2f} s",
        ok=requests is not None and requests <= FIRST_DETECTION,
    )


def _digest_figures(rows: Sequence[Digest]) -> Iterable[Figure]:
    steady = [row for row in rows if row.network == "steady"]
    rough = [row for row in rows if row.network == "rough"]
    wanted = steady[0].digest if steady else ""
    yield _same("runs with the same digest", steady, wanted)
    if rough:
        yield _same("the same on a rough network", rough, wanted)


def _same(name: str, rows: Sequence[Digest], wanted: str) -> Figure:
    bad = [(place, row) for place, row in enumerate(rows, start=1) if row.digest != wanted or row.exit_code]
    return Figure(
        name=name,
        wanted="all",
        measured=f"{len(rows) - len(bad)} of {len(rows)}",
        ok=bool(rows) and bool(wanted) and not bad,
        misses=tuple(f"run {place}: {_difference(row)}" for place, row in bad),
    )


def _difference(row: Digest) -> str:
    if row.trouble:
        return row.trouble
    said = [f"broken: {', '.join(row.broken)}"] if row.broken else []
    said += [f"not judged: {_some(row.open)}"] if row.open else []
    return "; ".join(said) or f"digest {row.digest[:12]}"


def _some(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _cover_figure(clauses: Sequence[ClauseCover]) -> Figure:
    bare = [row.clause for row in clauses if not row.defects and not row.reason]
    return Figure(
        name="clauses with a defect or a reason",
        wanted="all",
        measured=f"{len(clauses) - len(bare)} of {len(clauses)}",
        ok=bool(clauses) and not bare,
        misses=tuple(bare),
    )
