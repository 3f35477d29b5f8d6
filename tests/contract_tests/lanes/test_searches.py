"""What a search says of itself: what it tried, when it saw a finding again, and what it met that was known."""

from dataclasses import replace

import pytest

from contract_tests.lanes import explore as explore_module
from contract_tests.lanes.hunt import Hunt
from contract_tests.lanes.pairs import combinations_in
from contract_tests.lanes.steps import Change
from contract_tests.profile import mock_profile
from contract_tests.verdict import Verdict
from mockserver.defects import DEFECTS


def test_what_was_never_tried_did_not_hold(mock, explore):
    with mock() as url:
        seen = explore(url, deadline=-1.0)
    assert {row.verdict for row in seen.rows} == {Verdict.INCONCLUSIVE}
    assert seen.rows[0].actual == "no sequences were tried: the time for this run was over"
    assert not any("held" in row.actual for row in seen.rows)


def test_with_as_many_findings_as_may_be_no_more_is_sent_and_none_of_it_held(mock, lane_at):
    with mock() as url:
        lane = lane_at(url, sequences=5, generated=5, rounds=0)
        lane._found = explore_module.MOST_FINDINGS
        rows = {row.case: row for row in lane.run()}
    for pursuit in (explore_module.FUZZED, explore_module.DRAWN):
        assert rows[pursuit.case].verdict == Verdict.INCONCLUSIVE
        assert rows[pursuit.case].actual == f"no {pursuit.things} were tried: 3 findings are enough"


def test_a_finding_is_seen_again_before_anything_else_is_sent(mock, explore):
    """A server that is another one by the end would be accused of nothing, or of what it does no more."""
    with mock(defect=DEFECTS["caller-id-control-character-500"]) as url:
        seen = explore(url, generated=120, sequences=1, rounds=0)
    (finding,) = seen.findings
    cases = [exchange.case for exchange in seen.exchanges]
    assert cases.index(finding.case) < len(cases) - 1 - cases[::-1].index(explore_module.FUZZED.case)


def test_what_the_world_has_not_the_means_for_is_neither_tried_nor_left_unanswered(mock, lane_at):
    known = Change(part="callerId", value="John Doe 42420042")
    lacking = Change(part="user", kind="world", value="foreign_user")
    with mock() as url:
        lane = lane_at(url)
        lane._table.bench = replace(
            lane._table.bench, world=replace(lane.world, foreign_user=None, sibling=None)
        )
        hunt = Hunt(table=lane._table, case="a/b", muted=set())
        tried = [(hunt.try_(changes, place), hunt.tried) for changes, place in (
            ((lacking,), "own"), ((known,), "own"), ((lacking,), "own"), ((known,), "sibling"),
        )]  # fmt: skip
        hunt.end()
    assert tried == [(None, 0), (None, 1), (None, 1), (None, 1)]
    assert hunt.unanswered == []
    assert hunt.last_response is None


def combinations_in_mock():
    return combinations_in(mock_profile("x").world())


@pytest.mark.parametrize(
    ("slug", "again"),
    [("self-not-with-viewer", True), ("caller-id-control-character-500", False)],
)
def test_what_was_found_before_and_is_seen_again_did_not_hold(mock, explore, slug, again):
    """So that a search comes to the same whether or not another one has found the mistake before."""
    combinations = [row for row in combinations_in_mock() if row.place == "own"]
    with mock(defect=DEFECTS[slug]) as url:
        seen = explore(url, combinations=combinations, generated=120, sequences=1, rounds=0)
    (finding,) = seen.findings
    rows = {row.case: row for row in seen.rows}
    fuzzed = rows[explore_module.FUZZED.case]
    assert fuzzed.verdict == Verdict.INCONCLUSIVE
    assert fuzzed.actual.endswith("what was found before was seen again") is again
    assert (finding.case in fuzzed.actual) is not again


def test_what_was_listed_of_calls_is_forgotten_with_them(mock, lane_at):
    with mock() as url:
        lane = lane_at(url, sequences=3)
        list(lane.run())
    assert lane.calls_used > 20
    assert lane._table.looking.last == {}
