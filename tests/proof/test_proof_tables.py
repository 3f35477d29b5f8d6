"""From outcomes to tables and figures."""

from collections import Counter
from dataclasses import replace

import pytest

from callpark.proof.agenda import FULL, QUICK, batches_of, other_trials, rough_trials, second_looks
from callpark.proof.candidate import pairs_of
from callpark.proof.tables import accusation_rows, kill_rows
from tests.proof.made_up import RIGHT, WRONG, outcome, wrong


def _kill(*outcomes, **defect):
    (row,) = kill_rows([wrong("it", "body/json", **defect)], outcomes)
    return row


def test_a_defect_is_caught_by_a_finding():
    row = _kill(outcome("kill", defect="it", broken=("body/json",)))
    assert row.caught
    assert row.by_its_clause
    assert (row.lane, row.also, row.requests) == ("conform", (), 7)


def test_a_defect_that_the_fixed_table_misses_may_be_seen_by_exploring():
    row = _kill(
        outcome("explored-kill", lane="all", defect="it", broken=("body/json",)), outcome("kill", defect="it")
    )
    assert row.lane == "explore"


def test_a_deviation_is_enough_only_where_no_more_is_asked_for():
    seen = outcome("kill", defect="it", deviating=("body/json",))
    assert not _kill(seen).caught
    assert _kill(seen, shows="deviation").caught


def test_what_could_not_be_judged_is_not_caught():
    assert not _kill(outcome("kill", defect="it", exit_code=3, open=("body/json",))).caught
    assert _kill(outcome("kill", defect="it", exit_code=5, trouble="it broke")).trouble == "it broke"


def _accusation(**given):
    (row,) = accusation_rows(RIGHT, [outcome("variant", **given)])
    return row


def test_a_finding_under_a_reading_that_the_variant_names_is_an_accusation():
    assert _accusation(variants=("plain",), broken=(), table=("body/json",)).accused == ("body/json (table)",)


def test_a_pair_is_held_to_the_readings_that_both_name():
    row = _accusation(variants=("plain", "accepted"), table=("success/status", "body/json"))
    assert (row.readings, row.accused) == (("document",), ())


@pytest.mark.parametrize("table", [(), ("body/json",), ("success/status", "body/json")])
def test_a_variant_for_document_alone_fails_as_table_by_exactly_its_clause(table):
    assert _accusation(variants=("accepted",), table=table).accused
    assert _accusation(variants=("accepted",), table=("success/status",)).fails_as_it_must == "success/status"


def test_every_figure_of_a_bad_run_says_what_is_missing(proof):
    """Each promise that the made-up outcomes break is broken in the figures, and no other."""
    missed = {figure.name: figure.misses for figure in proof.figures if not figure.ok}
    assert missed == {
        "defects caught": ("me-unknown: nothing said of uri/user-id/me (lane conform)",),
        "right clause named first": ("race-lost: parking/not-parked instead of parking/second-retrieval",),
        "variants alone accused": ("plain: body/json (document), body/json (table)",),
        "must clauses passed by empty servers": ("always-204: uri/user-id/me",),
        "requests to the first detection": (),
        "the same on a rough network": ("run 1: not judged: parking/leaves-lot",),
        "clauses with a defect or a reason": ("request/documented-example",),
    }
    assert not proof.holds


def test_nothing_tried_is_no_success():
    from callpark.proof.figures import figures
    from callpark.proof.tables import cost_row

    none = figures(cost=cost_row([], []), clauses=[], kills=[], accusations=[], vacuity=[], digests=[])
    assert [figure.name for figure in none if figure.ok] == []


def test_pairs_are_chosen_by_the_seed():
    assert pairs_of("abcdef", 5, seed=1) == pairs_of("abcdef", 5, seed=1) != pairs_of("abcdef", 5, seed=2)
    assert len(set(pairs_of("abcdef", 100, seed=1))) == 15


def test_the_full_proof_has_everything():
    variants = [f"v{number}" for number in range(30)]
    trials = other_trials(FULL, WRONG, variants, ["always-204"])
    count = {purpose: sum(trial.purpose == purpose for trial in trials) for purpose in ("pair", "kill")}
    assert count == {"pair": 200, "kill": len(WRONG)}
    assert len({trial.candidate.rough_seed for trial in rough_trials(FULL)}) == 20
    explored = [trial for trial in trials if trial.purpose == "explored-variant"]
    assert Counter(trial.seed for trial in explored) == dict.fromkeys(range(10), 30)
    assert {(trial.seed == 0, trial.lane, trial.by_chance) for trial in explored} == {
        (True, "all", False),
        (False, "explore", True),
    }
    assert [len(batch) for batch in batches_of(explored)] == [10] * 30
    pairs = [trial for trial in trials if trial.purpose == "pair"]
    assert {trial.seed for trial in pairs} == set(range(10))
    assert {trial.lane for trial in pairs} == {"all"}
    assert len(other_trials(QUICK, WRONG, variants, ["always-204"])) == len(WRONG) + 30 + 1


def test_a_second_look_is_taken_at_what_was_tried_and_not_seen():
    outcomes = [
        outcome("kill", defect="zero-accepted"),
        outcome("kill", defect="me-unknown", broken=("body/json",)),
    ]
    (again,) = second_looks(QUICK, WRONG, outcomes)
    assert (again.candidate.defect, again.lane) == ("zero-accepted", "all")
    assert replace(QUICK, every=2).every == 2
