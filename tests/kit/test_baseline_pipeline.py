"""Known findings as a pipeline sees them."""

import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import yaml
from click.testing import CliRunner

from callpark.command_line import group
from contract_tests.lanes import explore, races
from contract_tests.lanes.explore import ExploreLane
from mockserver.app import build
from mockserver.defects import defect
from mockserver.serving.server import running
from mockserver.settings import Settings

ZERO = "failure/timeout/not-positive/zero"


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


RACE = "parking/one-winner/two-retrievals"


@pytest.fixture
def lost(monkeypatch):
    """Has so many rounds of every race lost, the first ones."""
    found = ("parking/one-winner", "2 of 2 retrieved the call")

    def several(count):
        rounds = iter([found] * count)
        monkeypatch.setattr(races, "verdict_on", lambda seen, world: next(rounds, None))

    return several


def test_a_known_race_that_is_lost_once_is_no_news(explored, lost):
    path = explored.folder / "race.yaml"
    lost(2)
    assert explored(None, "lost", "--write-baseline", path).return_value == 1
    assert list(yaml.safe_load(path.read_text())) == ["parking/one-winner"]

    lost(1)
    known = explored(None, "lost-once", "--baseline", path)
    lost(1)
    news = explored(None, "lost-once-too")

    assert known.return_value == 0, known.output
    assert f"known, and seen once this time: {RACE}, until " in known.output
    assert "0 findings known, 0 new; exit status 0" in known.output
    root = ElementTree.parse(explored.folder / "lost-once" / "junit.xml").getroot()
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert news.return_value == 3
    assert (
        "seen once in 3 rounds and not again"
        in (explored.folder / "lost-once-too" / "report.html").read_text()
    )


def test_a_known_race_that_is_not_lost_has_as_many_rounds_before_it_is_stale(explored, lost):
    path = explored.folder / "race-too.yaml"
    path.write_text("parking/one-winner: {reason: rarely lost, until: '2099-12-31'}\n")
    lost(0)
    mended = explored(None, "not-lost", "--baseline", path)
    assert mended.return_value == 4
    assert "stale: parking/one-winner is not found any more" in mended.output
    record = (explored.folder / "not-lost" / "record.ndjson").read_text()
    assert "held in 3 rounds" in record


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
