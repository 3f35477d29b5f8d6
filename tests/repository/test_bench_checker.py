"""The benchmark of the checker counts what was sent and what was named, and says it on the page."""

import importlib
import itertools
import json
from pathlib import Path

import pytest

from callpark.proof.candidate import Candidate
from callpark.proof.serve import served
from contract_tests.lanes import fuzzing
from contract_tests.lanes.corpus import Corpus

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(monkeypatch):
    """The benchmark as a module."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module("checker")


def checker(name, judged, seconds, found=("a",), alarms=()):
    return {
        "name": name, "judged": judged, "sent": 2 * judged, "seconds": seconds, "cpuSeconds": seconds / 2,
        "judgedPerSecond": judged / seconds, "judgedPerCpuSecond": 2 * judged / seconds, "falseAlarms": list(alarms),
        "found": found and list(found),
    }  # fmt: skip


@pytest.fixture
def found(bench):
    how = {
        "rounds": 3,
        "seed": 1,
        "defects": ["a", "b"],
        "examplesForADefect": 1_000,
        "catalogue": 140,
        "schemathesis": "4",
        "python": "3.11",
    }
    plain = checker(bench.GOING_ON, 1_000, 10.0, alarms=("ST1",))
    return {"method": how, "checkers": [checker("ours", 93, 0.1), plain, checker("replay", 1_000, 1.0, None)]}


def test_the_table_holds_all_against_the_stronger_schemathesis(bench, found):
    _, _, ours, plain, replay = bench.rows(found)
    assert ours == "| ours | 93 | 186 | 0.1 | 0.1 | 930 | 9.3 | 1,860 | 9.3 | 0 | 1 of 2 |"
    assert plain == f"| {bench.GOING_ON} | 1,000 | 2,000 | 10.0 | 5.0 | 100 | 1.0 | 200 | 1.0 | 1 | 1 of 2 |"
    assert replay == "| replay | 1,000 | 2,000 | 1.0 | 0.5 | 1,000 | 10.0 | 2,000 | 10.0 | 0 |  |"


def test_what_was_measured_stands_on_the_page(bench, found, tmp_path, monkeypatch):
    page = tmp_path / "performance.md"
    page.write_text(f"# Fast\n\n{bench.BEGIN}\noutdated\n{bench.END}\n\nMore.\n", encoding="utf-8")
    monkeypatch.setattr(importlib.import_module("publishing"), "PAGE", page)
    monkeypatch.setattr(bench, "FIGURES", tmp_path / "figures.json")
    table = bench.publish(found)
    text = page.read_text(encoding="utf-8")
    assert table in text
    assert "2 of the 140 defects" in text
    assert "with 1,000 examples" in text
    assert "outdated" not in text
    assert text.endswith("More.\n")
    assert json.loads((tmp_path / "figures.json").read_text(encoding="utf-8")) == found


def test_what_was_found_before_is_taken_over_and_said_to_be(bench, found):
    anew = json.loads(json.dumps(found))
    anew["method"]["defects"] = []
    for one in anew["checkers"]:
        one["found"], one["falseAlarms"] = None, ["ST2"]
    bench.take_over(anew, found)
    assert [one["found"] for one in anew["checkers"]] == [one["found"] for one in found["checkers"]]
    assert anew["checkers"][1]["falseAlarms"] == ["ST1", "ST2"]
    assert "2 of the 140 defects of the catalogue, each tried once, at another time" in bench.method(anew)


def test_figures_of_another_catalogue_are_not_taken_over(bench, found):
    anew = json.loads(json.dumps(found))
    anew["method"]["catalogue"] = 141
    with pytest.raises(bench.CannotMeasureError, match="the published figures are of another catalogue"):
        bench.take_over(anew, found)


def test_a_page_without_a_place_for_it_is_said_and_left_as_it_is(bench, found, tmp_path, monkeypatch):
    page = tmp_path / "performance.md"
    page.write_text("# Fast\n", encoding="utf-8")
    monkeypatch.setattr(importlib.import_module("publishing"), "PAGE", page)
    monkeypatch.setattr(bench, "FIGURES", tmp_path / "figures.json")
    with pytest.raises(ValueError, match="has no <!-- checker: begin -->"):
        bench.publish(found)
    assert page.read_text(encoding="utf-8") == "# Fast\n"


def test_the_page_is_of_the_figures_beside_it(bench):
    figures = json.loads(bench.FIGURES.read_text(encoding="utf-8"))
    assert "\n".join(bench.rows(figures)) in bench.PAGE.read_text(encoding="utf-8")


def test_defects_are_taken_from_the_whole_catalogue(bench):
    every = bench.taken(0, whole=True)
    assert bench.taken(10_000, whole=False) == every
    few = bench.taken(5, whole=False)
    assert len(set(few)) == 5
    assert set(few) <= set(every)
    assert every.index(few[-1]) > len(every) / 2


@pytest.mark.parametrize(
    ("defect", "named"), [("", set()), ("word-timeout-accepted", {"failure/timeout/not-numeric"})]
)
def test_what_a_check_sent_and_named_is_read_from_its_record(bench, defect, named):
    with served(Candidate(defect=defect)) as url:
        run = bench.run("callpark, lane conform", url, 1)
    assert run.named >= named
    assert bool(run.named) is bool(named)
    assert 80 < run.judged < run.sent < 300
    assert run.cpu > 0


def test_what_schemathesis_sent_and_named_is_read_from_its_report(bench, tmp_path):
    with served(Candidate()) as url:
        run = bench._schemathesis(url, 1, tmp_path, ("--phases", "examples,coverage"))
    assert run.judged > 1
    assert all(name.startswith("ST") for name in run.named)


def test_the_corpus_goes_through_the_judge_without_a_finding(bench, monkeypatch):
    whole = bench.corpus()
    few = Corpus(origin={}, runs=(whole.runs[0][:40], whole.runs[1][:40]))
    monkeypatch.setattr(bench, "corpus", lambda: few)
    monkeypatch.setattr(fuzzing, "corpus", lambda: few)
    with served(Candidate()) as url:
        run = bench.replay(url)
    assert run.named == frozenset()
    assert 80 <= run.judged < run.sent < 400


class Server:
    def serve(self, candidate, *, afresh):
        return candidate.defect

    def stop(self):
        pass


@pytest.fixture
def search(bench, monkeypatch):
    module = importlib.import_module("defect_search")
    monkeypatch.setattr(module, "ServerProcess", Server)
    return module


def test_a_defect_is_found_by_what_nothing_honest_is_accused_of(search):
    """Neither by a run on the mock without defects, nor by a search of it."""
    asked = []

    def named(name, url):
        asked.append((name, url))
        broken = {"broken"} if (name, url) == ("ours", "two") else set()
        return frozenset({f"always of {name}", "in a search"} | broken)

    base = {name: frozenset({f"always of {name}"}) for name in ("ours", "theirs")}
    wanted = search.Search(defects=["one", "two", "three"], jobs=2)
    found = search.searched(wanted, base, named, lambda text: None)
    assert found == search.Found(tried=["one", "two", "three"], by={"ours": ["two"], "theirs": []})
    assert {*asked} == {(name, url) for name in base for url in ("", "one", "two", "three")}


def test_when_the_time_is_over_no_further_defect_is_tried_and_none_counts_as_tried(search):
    wanted = search.Search(defects=["one", "two"], minutes=-1.0)
    found = search.searched(
        wanted, {"ours": frozenset()}, lambda name, url: frozenset({url}), lambda text: None
    )
    assert found == search.Found(tried=[], by={"ours": []})


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 140])
def test_wherever_a_search_ends_it_has_been_everywhere(search, count):
    order = search.spread([*range(count)])
    assert sorted(order) == [*range(count)]
    for cut in range(4, count):
        gaps = [later - one for one, later in itertools.pairwise([-1, *sorted(order[:cut]), count])]
        assert max(gaps) <= 5 * count / cut
