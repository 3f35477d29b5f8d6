"""Known findings: excused with a reason and for a time, and no longer than they are found."""

from dataclasses import replace
from datetime import date

import pytest

from callpark.known_findings import known_names
from contract_tests.baseline import BaselineError, Known, as_yaml, beside, read_baseline
from contract_tests.verdict import ExitCode, Ruling, Verdict

NAMES = known_names()
ZERO = "failure/timeout/not-positive/zero"
TODAY = date(2026, 11, 23)


def _ruling(case, verdict=Verdict.FAIL):
    return Ruling(clause=case.rpartition("/")[0], case=case, reading="document", verdict=verdict, title="")


def _known(name, until=date(2027, 1, 1)):
    return Known(name=name, reason="agreed with the vendor", until=until)


def test_a_finding_that_the_baseline_names_does_not_fail_the_check():
    """By its case or by its clause, until the day that the entry names."""
    findings = [_ruling("failure/call/unknown/hex"), _ruling("uri/user-id/me/me")]
    known = [_known("failure/call/unknown/hex"), _known("uri/user-id/me")]

    left = beside(findings, known, reading="document", today=TODAY)

    assert left.exit_code is ExitCode.INCONCLUSIVE  # nothing else was judged
    assert [ruling.case for ruling, _ in left.excused] == ["failure/call/unknown/hex", "uri/user-id/me/me"]


def test_a_new_finding_fails_beside_a_known_one():
    """The baseline excuses what it names and nothing else."""
    findings = [_ruling("failure/call/unknown/hex"), _ruling("uri/user-id/me/me")]

    left = beside(findings, [_known("uri/user-id/me")], reading="document", today=TODAY)

    assert left.exit_code is ExitCode.FAILED


def test_an_entry_that_excuses_nothing_is_stale():
    """A repaired target makes the baseline speak up, with a status of its own."""
    left = beside(
        [_ruling("uri/user-id/me/me", Verdict.PASS)],
        [_known("uri/user-id/me")],
        reading="document",
        today=TODAY,
    )

    assert left.exit_code is ExitCode.STALE_BASELINE
    assert [entry.name for entry in left.stale] == ["uri/user-id/me"]


def test_an_expired_entry_excuses_nothing():
    """After its day a finding fails again."""
    left = beside(
        [_ruling("uri/user-id/me/me")],
        [_known("uri/user-id/me", until=date(2026, 1, 1))],
        reading="document",
        today=TODAY,
    )

    assert left.exit_code is ExitCode.FAILED
    assert [entry.name for entry in left.expired] == ["uri/user-id/me"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'uri/user-id/me:\n  until: "2027-01-01"\n',
            "baseline.yaml:1: uri/user-id/me: the key `reason` is missing",
        ),
        (
            'uri/user-id/me:\n  reason: x\n  until: "soon"\n',
            "baseline.yaml:3: uri/user-id/me.until: 'soon' is no day",
        ),
        (
            "uri/user-id/me:\n  reason: x\n  until: 2027-02-30\n",
            "baseline.yaml:3: uri/user-id/me.until: '2027-02-30' is no day",
        ),
        (
            "# known\nuri/user/me:\n  reason: x\n  until: 2027-01-01\n",
            "baseline.yaml:2: uri/user/me: there is no such clause or case; did you mean `uri/user-id/me`?",
        ),
        (
            "uri/user-id/me: known\n",
            "baseline.yaml:1: uri/user-id/me: a mapping is expected, not text",
        ),
        (
            "uri/user-id/me:\n  reason: ''\n  until: 2027-01-01\n",
            "baseline.yaml:2: uri/user-id/me.reason: the text is empty",
        ),
        ("uri/user-id/me:\n  why: x\n", "baseline.yaml:2: uri/user-id/me.why: unknown key"),
    ],
)
def test_a_baseline_is_read_strictly(tmp_path, text, message):
    """File, line and key stand in the message."""
    path = tmp_path / "baseline.yaml"
    path.write_text(text)

    with pytest.raises(BaselineError) as raised:
        read_baseline(path, NAMES)

    assert message in str(raised.value)


def test_a_day_may_stand_without_quotation_marks(tmp_path):
    path = tmp_path / "baseline.yaml"
    path.write_text(f"{ZERO}:\n  reason: agreed\n  until: 2027-01-01\n")

    assert read_baseline(path, NAMES) == (Known(name=ZERO, reason="agreed", until=date(2027, 1, 1)),)


def test_what_exploring_finds_has_names_below_its_clause(tmp_path):
    path = tmp_path / "baseline.yaml"
    path.write_text("parking/one-winner/two-unparks:\n  reason: agreed\n  until: 2027-01-01\n")

    assert len(read_baseline(path, NAMES)) == 1


SEQUENCE, ANOTHER = "uri/user-id/me/explore-802905ab", "uri/user-id/me/explore-0c4f3b59"
SEARCH = "request/documented-example/combined"


@pytest.mark.parametrize(
    ("name", "case", "is_covered"),
    [
        (SEQUENCE, SEQUENCE, True),
        (SEQUENCE, ANOTHER, True),
        ("uri/user-id/me", ANOTHER, True),
        (SEQUENCE, "uri/user-id/me/me", False),
        (SEQUENCE, "uri/user-id/owner/explore-0c4f3b59", False),
        ("uri/user-id/me/me", ANOTHER, False),
    ],
)
def test_an_entry_of_exploring_stands_for_what_exploring_finds_of_its_clause(name, case, is_covered):
    left = beside([_ruling(case)], [_known(name)], reading="document", today=TODAY)

    assert bool(left.excused) is is_covered
    assert bool(left.fresh) is not is_covered


@pytest.mark.parametrize(
    ("because", "known", "status"),
    [
        ((ANOTHER,), [SEQUENCE], ExitCode.OK),
        (("uri/user-id/me",), [SEQUENCE], ExitCode.OK),
        ((ANOTHER, ZERO), [SEQUENCE, ZERO], ExitCode.OK),
        ((ANOTHER, "uri/user-id/gone"), [SEQUENCE], ExitCode.INCONCLUSIVE),
        ((), [SEQUENCE], ExitCode.INCONCLUSIVE),
        ((ANOTHER, ZERO), [SEQUENCE], ExitCode.FAILED),
    ],
)
def test_a_row_that_is_open_for_known_findings_alone_is_known(because, known, status):
    open_row = replace(_ruling(SEARCH, Verdict.INCONCLUSIVE), because=because)
    zero = [_ruling(ZERO)] if ZERO in because else []
    rows = [_ruling("uri/user-id/viewer/viewer", Verdict.PASS), _ruling(ANOTHER), *zero, open_row]

    left = beside(rows, [_known(name) for name in known], reading="document", today=TODAY)

    assert left.exit_code is status
    assert left.resting == ((open_row,) if status is ExitCode.OK else ())


def test_what_rests_on_a_row_that_is_known_is_known():
    first = replace(_ruling("payload/x/one", Verdict.INCONCLUSIVE), because=(ZERO,))
    second = replace(_ruling("payload/x/two", Verdict.INCONCLUSIVE), because=("payload/x/one",))
    round_about = replace(_ruling("payload/x/three", Verdict.INCONCLUSIVE), because=("payload/x/three",))
    rows = [_ruling("uri/user-id/viewer/viewer", Verdict.PASS), _ruling(ZERO), second, first]

    known = beside(rows, [_known(ZERO)], reading="document", today=TODAY)
    open_still = beside([*rows, round_about], [_known(ZERO)], reading="document", today=TODAY)

    assert (known.exit_code, set(known.resting)) == (ExitCode.OK, {first, second})
    assert (open_still.exit_code, round_about in open_still.resting) == (ExitCode.INCONCLUSIVE, False)


RACE = "parking/one-winner/two-retrievals"


@pytest.mark.parametrize(
    ("known", "until", "status"),
    [
        (RACE, date(2027, 1, 1), ExitCode.OK),
        ("parking/one-winner", date(2027, 1, 1), ExitCode.OK),
        ("parking/one-winner/hang-up", date(2027, 1, 1), ExitCode.INCONCLUSIVE),
        (RACE, date(2026, 1, 1), ExitCode.INCONCLUSIVE),
    ],
)
def test_what_was_seen_once_is_known_where_the_baseline_names_it(known, until, status):
    once = replace(_ruling(RACE, Verdict.INCONCLUSIVE), because=(RACE,))
    search = replace(_ruling(SEARCH, Verdict.INCONCLUSIVE), because=(RACE,))
    rows = [_ruling("uri/user-id/viewer/viewer", Verdict.PASS), once, search]

    left = beside(rows, [_known(known, until=until)], reading="document", today=TODAY)

    assert left.exit_code is status
    assert [ruling.case for ruling, _ in left.glimpsed] == ([RACE] if status is ExitCode.OK else [])
    assert left.resting == ((search,) if status is ExitCode.OK else ())
    assert (left.fresh, left.excused, left.stale) == ((), (), ())


def test_what_could_not_be_judged_for_another_reason_too_stays_open():
    once = replace(_ruling(RACE, Verdict.INCONCLUSIVE), because=(RACE, ZERO))
    rows = [_ruling("uri/user-id/viewer/viewer", Verdict.PASS), once]

    left = beside(rows, [_known(RACE)], reading="document", today=TODAY)

    assert left.exit_code is ExitCode.INCONCLUSIVE


def test_a_finding_is_never_excused_for_another_one():
    rows = [_ruling(ANOTHER), replace(_ruling(ZERO), because=(ANOTHER,))]

    left = beside(rows, [_known(ANOTHER)], reading="document", today=TODAY)

    assert left.exit_code is ExitCode.FAILED


@pytest.mark.parametrize("verdict", [Verdict.INCONCLUSIVE, Verdict.HARNESS_ERROR, None])
def test_what_was_not_judged_is_not_stale(verdict):
    """A check of other clauses, or one that could not judge, says nothing about the entry."""
    rows = [_ruling("uri/user-id/viewer/viewer", Verdict.PASS)]
    rows += [_ruling("uri/user-id/me/me", verdict)] if verdict else []

    left = beside(rows, [_known("uri/user-id/me")], reading="document", today=TODAY)

    assert left.stale == ()


def test_an_expired_entry_whose_finding_is_gone_is_as_good_as_stale():
    left = beside(
        [_ruling("uri/user-id/me/me", Verdict.PASS)],
        [_known("uri/user-id/me", until=date(2026, 1, 1))],
        reading="document",
        today=TODAY,
    )

    assert left.exit_code is ExitCode.STALE_BASELINE


def test_the_reading_that_does_not_decide_is_not_looked_at():
    left = beside([_ruling(ZERO, Verdict.PASS)], [_known(ZERO)], reading="table", today=TODAY)

    assert (left.stale, left.excused) == ((), ())


def test_a_written_baseline_can_be_read(tmp_path):
    """Whatever a target said, in quotation marks, over lines, or to a terminal."""
    path = tmp_path / "baseline.yaml"
    said = "200 with 'a' \"phone\" call: \\ \n \x1b[31m # no"
    path.write_text(as_yaml({ZERO: said}, until=date(2027, 1, 1)))

    (known,) = read_baseline(path, NAMES)

    assert known.reason == "seen: 200 with 'a' \"phone\" call: \\    [31m # no"
