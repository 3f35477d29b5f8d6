"""Known findings: excused with a reason and for a time, and no longer than they are found."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
import yaml
from click.testing import CliRunner

from callpark.command_line import group
from callpark.known_findings import known_names
from contract_tests.baseline import BaselineError, Known, as_yaml, beside, read_baseline
from contract_tests.lanes import explore
from contract_tests.lanes.explore import ExploreLane
from contract_tests.verdict import ExitCode, Ruling, Verdict
from mockserver.app import build
from mockserver.defects import defect
from mockserver.serving.server import running
from mockserver.settings import Settings

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


# As a pipeline sees it.


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    """Checks of the clause failure/timeout, of a mock with a defect or without, in one folder."""
    folder = tmp_path_factory.mktemp("pipeline")

    def check(slug, *words):
        with running(build(Settings(defect=defect(slug) if slug else None))) as url:
            arguments = [
                "check",
                url,
                "--clause",
                "failure/timeout",
                "--quiet",
                "--out",
                str(folder / "out"),
                *words,
            ]
            return CliRunner().invoke(group, [str(word) for word in arguments], standalone_mode=False)

    check.folder = folder
    return check


@pytest.fixture(scope="module")
def baseline(pipeline):
    """The baseline that was written after the first check."""
    path = pipeline.folder / "baseline.yaml"
    result = pipeline("zero-timeout-accepted", "--write-baseline", path)
    assert result.return_value == 1
    return path


def _junit(pipeline):
    root = ElementTree.parse(pipeline.folder / "out" / "junit.xml").getroot()
    return {name: int(root.get(name)) for name in ("failures", "errors")}


def test_a_baseline_is_written_with_every_finding_and_a_day(baseline):
    entries = yaml.safe_load(baseline.read_text())

    assert entries.keys() == {ZERO, f"{ZERO}-string"}
    assert all(entry["until"] > str(datetime.now(UTC).date()) for entry in entries.values())


def test_known_findings_do_not_fail_the_pipeline(pipeline, baseline):
    result = pipeline("zero-timeout-accepted", "--baseline", baseline)

    assert result.return_value == 0
    assert f"known: {ZERO}, until " in result.output
    assert "beside the baseline: 2 findings known, 0 new; exit status 0" in result.output
    assert _junit(pipeline) == {"failures": 0, "errors": 0}


def test_a_new_finding_fails_it_and_is_named(pipeline, baseline):
    result = pipeline("timeout-code-of-caller-id", "--baseline", baseline)

    assert result.return_value == 1
    assert f"known: {ZERO}, until " in result.output
    assert "new: failure/timeout/not-positive/negative" in result.output
    assert _junit(pipeline)["failures"] == 2


def test_a_mended_target_asks_for_a_shorter_baseline(pipeline, baseline):
    result = pipeline(None, "--baseline", baseline)

    assert result.return_value == 4
    assert f"stale: {ZERO} is not found any more; take it out of the baseline" in result.output


def test_an_entry_whose_day_is_over_fails_again(pipeline, baseline):
    old = pipeline.folder / "old.yaml"
    yesterday = str(datetime.now(UTC).date() - timedelta(days=1))
    entries = {
        name: {"reason": "agreed", "until": yesterday} for name in yaml.safe_load(baseline.read_text())
    }
    old.write_text(yaml.safe_dump(entries))
    result = pipeline("zero-timeout-accepted", "--baseline", old)

    assert result.return_value == 1
    assert f"expired on {yesterday}: {ZERO} (agreed); mend it or give it another day" in result.output
    assert _junit(pipeline)["failures"] == 2


def test_an_existing_baseline_is_not_written_over(pipeline, baseline):
    before = baseline.read_text()
    result = pipeline("left-parked", "--write-baseline", baseline)

    assert "is there already" in str(result.exception)
    assert baseline.read_text() == before


@pytest.fixture(scope="module")
def explored(tmp_path_factory):
    """Checks by exploring, of a mock with defects of which the table shows none."""
    folder = tmp_path_factory.mktemp("explored")

    def check(slug, out, *words):
        with running(build(Settings(defect=defect(slug) if slug else None))) as url:
            arguments = ["check", url, "--lane", "explore", "--quiet", "--out", folder / out, *words]
            return CliRunner().invoke(group, [str(word) for word in arguments], standalone_mode=False)

    check.folder = folder
    with pytest.MonkeyPatch.context() as patch:
        little = partial(ExploreLane, sequences=2, generated=5, rounds=1)
        patch.setattr(explore, "ExploreLane", little)
        yield check


def test_what_exploring_found_is_known_whatever_is_drawn(explored):
    """The search that came upon it is open for that alone, and a report says so."""
    path = explored.folder / "known.yaml"
    assert explored("owner-without-timeout-refused", "first", "--write-baseline", path).return_value == 1
    (name,) = yaml.safe_load(path.read_text())
    assert name.startswith("uri/user-id/owner/explore-")
    assert "stands for whatever exploring finds of its clause" in path.read_text()
    path.write_text(path.read_text().replace(name, "uri/user-id/owner/explore-00000000"))

    known = explored("owner-without-timeout-refused", "second", "--seed", 3, "--baseline", path)

    assert known.return_value == 0, known.output
    assert f"known: {name}, until " in known.output
    assert "open for what is known: request/documented-example/combined" in known.output
    root = ElementTree.parse(explored.folder / "second" / "junit.xml").getroot()
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    another = explored("retrieved-only-once", "third", "--baseline", path)
    assert another.return_value == 1
    assert "new: parking/parked-again/explore-" in another.output


def test_known_findings_are_not_those_that_are_enough(explored):
    """Exploring goes on beyond them."""
    path = explored.folder / "known-too.yaml"
    assert explored("retrieved-only-once", "fourth", "--write-baseline", path).return_value == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explore, "MOST_FINDINGS", 1)
        stopped = explored("retrieved-only-once", "fifth")
        went_on = explored("retrieved-only-once", "sixth", "--baseline", path)
    assert stopped.return_value == 1
    assert went_on.return_value == 0, went_on.output
    record = (explored.folder / "fifth" / "record.ndjson").read_text()
    assert "1 findings are enough" in record or "1 finding is enough" in record
    assert "enough" not in (explored.folder / "sixth" / "record.ndjson").read_text()


@pytest.mark.parametrize("slug", ["me-unknown", "view-optional", "caller-id-required"])
def test_what_a_known_finding_leaves_unjudged_is_known_with_it(tmp_path, slug):
    """Cases that are refused as the one that they rest on, and a clause that says the same as a code."""
    with running(build(Settings(defect=defect(slug)))) as url:

        def check(out, *words):
            arguments = ["check", url, "--quiet", "--out", tmp_path / out, *words]
            return CliRunner().invoke(group, [str(word) for word in arguments], standalone_mode=False)

        assert check("first", "--write-baseline", tmp_path / "known.yaml").return_value == 1
        known = check("second", "--baseline", tmp_path / "known.yaml")

    assert known.return_value == 0, known.output
    assert "open for what is known: " in known.output
    root = ElementTree.parse(tmp_path / "second" / "junit.xml").getroot()
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
