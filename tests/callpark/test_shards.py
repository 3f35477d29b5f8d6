"""`callpark check --shard`: what several checks came to between them is what one would have come to."""

import json
import os
from functools import partial
from itertools import product

import pytest

from callpark.command_line import main
from contract_tests.cases import CONTROL, all_cases
from contract_tests.lanes import explore
from contract_tests.lanes.explore import ExploreLane
from contract_tests.selection import Shard
from mockserver.app import build
from mockserver.defects import defect
from mockserver.serving.server import running
from mockserver.settings import Settings

# Conforming; caught by a case of its own; caught by every refusal; caught by every retrieval; caught by the control.
DEFECTS = [None, "zero-timeout-accepted", "no-error-message", "link-to-the-list", "left-parked"]
COUNTS = (2, 3)


def checked(url, folder, *options):
    with pytest.raises(SystemExit) as ended:
        main(["check", url, "--quiet", "--format", "json", "--out", str(folder), *options])
    return ended.value.code


def told(folder):
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))


def rows(results):
    return {(row["case"], row["reading"]): row["verdict"] for row in results["verdicts"]}


def digest(folder):
    return json.loads((folder / "record.ndjson").read_text(encoding="utf-8").splitlines()[-1])["digest"]


@pytest.mark.parametrize("slug", DEFECTS)
@pytest.mark.parametrize("count", COUNTS)
def test_shards_merge_to_the_digest_of_one_check(callpark, tmp_path, slug, count):
    with running(build(Settings(defect=defect(slug) if slug else None))) as url:
        whole = checked(url, tmp_path / "whole")
        parts = [tmp_path / f"part-{place}" for place in range(1, count + 1)]
        for place, part in enumerate(parts, 1):
            checked(url, part, "--run", "nightly", "--shard", f"{place}/{count}")
    done = callpark(
        "report", *(part / "record.ndjson" for part in parts), "--out", "merged", "--format", "json"
    )
    assert done.status == 0, done.err
    assert rows(told(tmp_path / "merged")) == rows(told(tmp_path / "whole"))
    assert digest(tmp_path / "merged") == digest(tmp_path / "whole")
    assert whole == (1 if slug else 0)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 500])
def test_each_case_is_of_one_shard_and_the_control_of_all(count):
    cases = all_cases()
    shards = [Shard(place, count).of(cases) for place in range(1, count + 1)]
    dealt = [case.id for shard in shards for case in shard if case.id != CONTROL.id]
    assert sorted(dealt) == sorted(case.id for case in cases if case.id != CONTROL.id)
    assert all(CONTROL in shard for shard in shards)


def test_where_nothing_is_explored_the_cases_are_divided(callpark_mock_url, tmp_path):
    """What is asked for by clause is not explored, whatever the lane: then there is nothing else to share out."""
    cases = []
    for name, more in (("whole", ()), ("first", ("--shard", "1/2")), ("second", ("--shard", "2/2"))):
        options = ("--lane", "all", "--clause", "failure", "--run", "nightly", *more)
        assert checked(callpark_mock_url, tmp_path / name, *options) == 0
        cases.append({case for case, _ in rows(told(tmp_path / name))})
    whole, first, second = cases
    dealt = {case for case in whole if case.startswith("failure/")}
    assert first | second == whole
    assert len(first & dealt) + len(second & dealt) == len(dealt) > 10


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "1/2/3", "-1/2", "1/1000"])
def test_a_shard_that_is_none_is_refused(callpark, text):
    done = callpark("check", "http://127.0.0.1:9", "--run", "nightly", "--shard", text)
    assert done.status == 2
    assert "is no shard; the second of four is 2/4" in done.err


def test_a_shard_needs_a_run_that_it_is_of(callpark):
    done = callpark("check", "http://127.0.0.1:9", "--shard", "1/2")
    assert done.status == 2
    assert "needs --run ID" in done.err


# Conforming; caught by a pair of variations, by a race, by a generated request and by a drawn sequence, each alone.
EXPLORED = {
    "self-not-with-viewer": "uri/phone-call-id/with-self",
    None: "",
    "race-both-told-200": "parking/one-winner",
    "caller-id-control-character-500": "body/no-server-error",
    "retrieved-only-once": "parking/refusal-changes-nothing",
}
LONG = bool(os.environ.get("CALLPARK_LONG"))


@pytest.mark.parametrize(
    ("slug", "count"), list(product(EXPLORED, COUNTS)) if LONG else [("self-not-with-viewer", 2)]
)
def test_exploring_that_is_shared_out_comes_to_the_verdicts_of_one_check(
    callpark, tmp_path, monkeypatch, slug, count
):
    if not LONG:
        little = partial(ExploreLane, sequences=8, generated=60, rounds=3, limit=0.3)
        monkeypatch.setattr(explore, "ExploreLane", little)
    options = ("--lane", "all")
    with running(build(Settings(defect=defect(slug) if slug else None))) as url:
        whole = checked(url, tmp_path / "whole", *options)
        parts = [tmp_path / f"part-{place}" for place in range(1, count + 1)]
        for place, part in enumerate(parts, 1):
            checked(url, part, *options, "--run", "nightly", "--shard", f"{place}/{count}")
    done = callpark(
        "report", *(part / "record.ndjson" for part in parts), "--out", "merged", "--format", "json"
    )
    assert done.status == 0, done.err
    one = rows(told(tmp_path / "whole"))
    assert rows(told(tmp_path / "merged")) == one
    assert digest(tmp_path / "merged") == digest(tmp_path / "whole")
    assert whole == (1 if slug else 0)
    found = {case for (case, _), verdict in one.items() if verdict == "fail"}
    assert all(case.startswith(EXPLORED[slug]) for case in found)
    assert bool(found) is bool(slug)
    for case in ("parking/one-winner/park", "parking/only-that-call/explored"):
        assert [(case, "document") in rows(told(part)) for part in parts].count(True) == 1


def test_a_division_of_which_a_part_is_missing_is_no_whole(callpark, tmp_path):
    with running(build()) as url:
        parts = [tmp_path / f"part-{place}" for place in (1, 2)]
        for place, part in enumerate(parts, 1):
            checked(url, part, "--run", "nightly", "--shard", f"{place}/3")
    done = callpark("report", *(part / "record.ndjson" for part in parts), "--out", "merged")
    assert done.status == 3
    assert "of run nightly, of which shard 3/3 is not among the records; name the records of all" in done.err
    assert not (tmp_path / "merged").exists()


def test_shards_that_were_explored_differently_are_not_merged(callpark, tmp_path):
    with running(build()) as url:
        for place, more in (("1/2", ()), ("2/2", ("--engine",))):
            options = ("--run", "nightly", "--lane", "explore", "--shard", place, "--max-time", "1", *more)
            checked(url, tmp_path / place[0], *options)
    records = [tmp_path / name / "record.ndjson" for name in ("1", "2")]
    assert [json.loads(path.read_text().splitlines()[0])["engine"] for path in records] == [False, True]
    done = callpark("report", *records)
    assert done.status == 3
    assert "but with --engine, and that is without --engine; shards are checks of the same target" in done.err


def test_parts_of_two_divisions_are_not_merged(callpark, tmp_path):
    with running(build()) as url:
        for name, shard in (("one", "1/2"), ("other", "2/3")):
            checked(url, tmp_path / name, "--run", "nightly", "--shard", shard)
    done = callpark("report", *(tmp_path / name / "record.ndjson" for name in ("one", "other")))
    assert done.status == 3
    assert "shard 2/3, and " in done.err
