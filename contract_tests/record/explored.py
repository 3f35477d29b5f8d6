"""What shards of one run found by exploring, each in its stretch, as one check that goes through all of it puts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from contract_tests.record.lines import Record, RulingLine
from contract_tests.verdict import EXPLORED

WORST_FIRST = ("fail", "wrong-code", "harness-error", "inconclusive", "deviation", "pass", "not-applicable")


def found_by_others(shards: Sequence[Record]) -> dict[str, str]:
    """The cases of what was found of a clause of which an earlier shard found something: one check looks no further.

    Each with the case that stays in its place. What all shards found they did not share out.
    """
    in_order = sorted((shard for shard in shards if shard.header.shard), key=_place)
    each = [dict(_found(shard)) for shard in in_order]
    everywhere = set.intersection(*map(set, each)) if each else set()
    first: dict[str, tuple[int, str]] = {}
    kept, found_elsewhere = set(everywhere), dict[str, str]()
    for place, found in enumerate(each):
        for case, clause in found.items():
            if case in everywhere:
                continue
            began, stays = first.setdefault(clause, (place, case))
            if began == place:
                kept.add(case)
            else:
                found_elsewhere[case] = stays
    return {case: stays for case, stays in found_elsewhere.items() if case not in kept}


def summed_up(told: Sequence[tuple[str, RulingLine]], others: Mapping[str, str] | None = None) -> RulingLine:
    """One row for those of one search, each with the shard that it is from: the worst, in the words of all like it.

    They name what stays in the place of `others`.
    """
    told = sorted(told, key=lambda one: int(one[0].partition("/")[0]))
    worst = min((line.verdict for _, line in told), key=WORST_FIRST.index)
    alike = [(shard, line) for shard, line in told if line.verdict == worst]
    _, first = alike[0]
    actual, numbers = first.actual, first.exchanges
    if len({line.actual for _, line in alike}) > 1:
        actual = "; ".join(f"shard {shard}: {line.actual}" for shard, line in alike)
        numbers = sorted({number for _, line in alike for number in line.exchanges})
    for case, stays in (others or {}).items():
        actual = actual.replace(case, stays)
    named = [(others or {}).get(name, name) for _, line in alike for name in line.because]
    because = list(dict.fromkeys(named)) if all(line.because for _, line in alike) else []
    return msgspec.structs.replace(first, actual=actual, exchanges=numbers, because=because)


def _found(shard: Record) -> Iterator[tuple[str, str]]:
    for line in shard.rulings:
        if line.case.rpartition("/")[2].startswith(EXPLORED):
            yield line.case, line.clause


def _place(shard: Record) -> int:
    return int(shard.header.shard.partition("/")[0])
