"""From the outcomes of trials to the tables of the proof. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from callpark.proof.model import Accusation, ClauseCover, Cost, Digest, Kill, Vacuity
from callpark.proof.outcome import Outcome
from callpark_spec import Catalogue, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A defect, as much of it as the tables need."""

    slug: str
    clause: str
    summary: str
    kind: str
    lane: str
    shows: Literal["finding", "deviation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A variant, as much of it as the tables need. `clauses` are those that its reading is about."""

    slug: str
    readings: frozenset[str]
    clauses: frozenset[str]


def kill_rows(wrong: Iterable[Wrong], outcomes: Iterable[Outcome]) -> tuple[Kill, ...]:
    """One row per defect that was tried; the lane that is to see it decides, the other one is asked where it fails."""
    tried: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        tried[outcome.trial.candidate.defect].append(outcome)
    return tuple(_kill(defect, tried[defect.slug]) for defect in wrong if tried[defect.slug])


def _kill(defect: Wrong, outcomes: Sequence[Outcome]) -> Kill:
    in_order = sorted(outcomes, key=lambda outcome: outcome.trial.lane != "conform")
    decisive = next((outcome for outcome in in_order if sees(outcome, defect)), in_order[-1])
    seen = sees(decisive, defect)
    detection = decisive.finding or decisive.deviation
    if defect.shows == "deviation" and decisive.deviation:
        detection = decisive.deviation if not decisive.finding else decisive.finding
    named = detection.named if detection else ""
    said = (
        *decisive.broken.get("document", ()),
        *(decisive.deviating if defect.shows == "deviation" else ()),
    )
    return Kill(
        defect=defect.slug,
        summary=defect.summary,
        clause=defect.clause,
        kind=defect.kind,
        shows=defect.shows,
        planned_lane=defect.lane,
        lane=_lane_of(decisive) if seen else "",
        named=named if seen else "",
        also=tuple(clause for clause in dict.fromkeys(said) if clause != named) if seen else (),
        cases=decisive.findings,
        open=len(decisive.open),
        requests=detection.requests if seen and detection else 0,
        exchanges=detection.exchanges if seen and detection else 0,
        seconds=round(detection.seconds, 3) if seen and detection else 0.0,
        actual=detection.actual if seen and detection else "",
        reproduce=detection.reproduce if seen and detection else (),
        trouble=decisive.trouble,
    )


def sees(outcome: Outcome, defect: Wrong) -> bool:
    """Whether a trial gave the defect away as it has to."""
    if defect.shows == "deviation":
        return bool(outcome.finding) or defect.clause in outcome.deviating
    return outcome.exit_code == 1 and outcome.finding is not None


def _lane_of(outcome: Outcome) -> str:
    """What the lane `all` sees after `conform` saw nothing, `explore` saw."""
    return "conform" if outcome.trial.lane == "conform" else "explore"


def clause_rows(
    catalogue: Catalogue, wrong: Iterable[Wrong], kills: Iterable[Kill]
) -> tuple[ClauseCover, ...]:
    """Every clause that is judged, with the defects that break it, caught or not."""
    breaking: dict[str, list[str]] = defaultdict(list)
    for defect in wrong:
        breaking[defect.clause].append(defect.slug)
    caught = {kill.defect for kill in kills if kill.caught}
    return tuple(
        ClauseCover(
            clause=clause.id,
            level=str(clause.level),
            defects=tuple(breaking[clause.id]),
            caught=tuple(slug for slug in breaking[clause.id] if slug in caught),
            reason=clause.not_tested or clause.no_defect or "",
        )
        for clause in catalogue.clauses.values()
        if clause.level is not Level.SILENT
    )


def accusation_rows(right: Mapping[str, Right], outcomes: Iterable[Outcome]) -> tuple[Accusation, ...]:
    """One row per trial, in the order of the catalogue of variants; first alone, then in pairs, then explored."""
    place = {slug: number for number, slug in enumerate(right)}
    rows = [_accusation(right, outcome) for outcome in outcomes]
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.lane != "conform",
                len(row.variants),
                [place[slug] for slug in row.variants],
                row.seed,
            ),
        )
    )


def _accusation(right: Mapping[str, Right], outcome: Outcome) -> Accusation:
    slugs = outcome.trial.candidate.variants
    readings = frozenset.intersection(*(right[slug].readings for slug in slugs))
    accused = [f"{clause} ({reading})" for reading in sorted(readings) for clause in _under(outcome, reading)]
    due = ""
    if len(slugs) == 1 and readings == {"document"} and not outcome.trouble:
        broken = _under(outcome, "table")
        if len(broken) == 1 and broken[0] in right[slugs[0]].clauses:
            due = broken[0]
        else:
            accused.append(f"table fails by {', '.join(broken) or 'nothing'} instead of its clause alone")
    return Accusation(
        variants=slugs,
        lane=outcome.trial.lane,
        seed=outcome.trial.seed,
        readings=tuple(sorted(readings)),
        accused=tuple(accused),
        open=outcome.open,
        deviating=outcome.deviating,
        fails_as_it_must=due,
        trouble=outcome.trouble,
    )


def _under(outcome: Outcome, reading: str) -> tuple[str, ...]:
    return next((clauses for name, clauses in outcome.broken.items() if name == reading), ())


def vacuity_rows(names: Iterable[str], outcomes: Iterable[Outcome]) -> tuple[Vacuity, ...]:
    """One row per empty server that was tried, in the order of their list."""
    tried = {outcome.trial.candidate.empty: outcome for outcome in outcomes}
    return tuple(
        Vacuity(
            server=name,
            passed_musts=tried[name].passed_musts,
            broken=_under(tried[name], "document"),
            open=len(tried[name].open),
            exit_code=tried[name].exit_code,
            trouble=tried[name].trouble,
        )
        for name in names
        if name in tried
    )


def digest_rows(outcomes: Iterable[Outcome]) -> tuple[Digest, ...]:
    """One row per run, the undisturbed ones first."""
    return tuple(
        Digest(
            network="steady" if outcome.trial.purpose == "steady" else "rough",
            digest=outcome.digest,
            exit_code=outcome.exit_code,
            open=outcome.open,
            broken=_under(outcome, "document"),
            trouble=outcome.trouble,
        )
        for outcome in sorted(
            outcomes, key=lambda each: (each.trial.purpose != "steady", each.trial.candidate.rough_seed or 0)
        )
    )


def cost_row(steady: Sequence[Outcome], kills: Sequence[Kill]) -> Cost:
    """What a run costs; the undisturbed runs are measured with nothing else going on."""
    seen = [kill for kill in kills if kill.lane == "conform"]
    return Cost(
        requests=max((outcome.requests for outcome in steady), default=0),
        seconds=round(median(outcome.seconds for outcome in steady), 3) if steady else 0.0,
        calls_used=max((outcome.calls_used for outcome in steady), default=0),
        to_first_detection=median(kill.requests for kill in seen) if seen else None,
        exchanges_to_first_detection=median(kill.exchanges for kill in seen) if seen else None,
        seconds_to_first_detection=round(median(kill.seconds for kill in seen), 3) if seen else None,
    )
