"""What the pages show of a proof, grouped for reading. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from callpark.proof.model import Accusation, ClauseCover, Kill, Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """All runs of a variant in one lane, or one pair that was accused, or all pairs that were not."""

    title: str
    lane: str
    readings: tuple[str, ...]
    runs: int
    against: tuple[str, ...]
    fails_as_it_must: str = ""


def verdict_of(proof: Proof) -> str:
    """The whole in one sentence."""
    missed = sum(not figure.ok for figure in proof.figures)
    if not missed:
        return f"All {len(proof.figures)} figures hold."
    return f"{missed} of {len(proof.figures)} figures do not hold."


def kills_by_clause(proof: Proof) -> list[tuple[ClauseCover, list[Kill]]]:
    """The clauses that have defects, in the order of the catalogue, each with what became of them."""
    kill_of = {kill.defect: kill for kill in proof.kills}
    return [
        (clause, [kill_of[slug] for slug in clause.defects if slug in kill_of])
        for clause in proof.clauses
        if any(slug in kill_of for slug in clause.defects)
    ]


def accusations_of_note(proof: Proof) -> list[Note]:
    """Variants one by one; explored ones and pairs only where something was said against them, and else in sum."""
    alone = [row for row in proof.accusations if row.lane == "conform" and len(row.variants) == 1]
    pairs = [row for row in proof.accusations if len(row.variants) > 1]
    explored = [row for row in proof.accusations if row.lane != "conform" and len(row.variants) == 1]
    return [
        *(_note(row) for row in alone),
        *_in_sum("pairs", pairs),
        *_in_sum("explored, alone", explored),
    ]


def _in_sum(title: str, rows: list[Accusation]) -> Iterable[Note]:
    bad = [row for row in rows if _against(row)]
    yield from map(_note, bad)
    if rows:
        readings = tuple(sorted({reading for row in rows for reading in row.readings}))
        yield Note(
            title=f"all other {title}" if bad else f"all {title}",
            lane=rows[0].lane,
            readings=readings,
            runs=len(rows) - len(bad),
            against=(),
        )


def _note(row: Accusation) -> Note:
    return Note(
        title=row.title if row.lane == "conform" else f"{row.title}, explored with seed {row.seed}",
        lane=row.lane,
        readings=row.readings,
        runs=1,
        against=_against(row),
        fails_as_it_must=row.fails_as_it_must,
    )


def _against(row: Accusation) -> tuple[str, ...]:
    said = (row.trouble,) if row.trouble else row.accused
    return said + tuple(f"{clause} not judged" for clause in row.open)


def digest_counts(proof: Proof) -> list[tuple[tuple[str, str], int]]:
    """(network, digest) -> number of runs, the most frequent first."""
    counts = Counter((row.network, row.digest) for row in proof.digests)
    return sorted(counts.items(), key=lambda item: (item[0][0] != "steady", -item[1], item[0][1]))


def network_name(key: tuple[str, str]) -> str:
    return (
        "undisturbed"
        if key[0] == "steady"
        else "rough: 0 to 200 ms late, 1 % of requests break their connection"
    )
