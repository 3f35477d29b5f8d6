"""A scenario's file that changes while the mock serves."""

import os

import pytest

from mockserver.scenarios.scenario import load_scenario
from mockserver.sessions.watching import WatchedScenario
from mockserver.store.seam import StoreUnavailableError

ONE = "extends: empty\ncalls:\n  - {id: aa11, extension: 0003*210}\n"
TWO = ONE + "  - {id: bb22, extension: 0003*211}\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(ONE, encoding="utf-8")
    return path


@pytest.fixture
def watched(file):
    used, said = [], []
    return WatchedScenario(str(file), use=used.append, say=said.append), used, said


def test_a_file_that_stays_is_not_read_again(watched):
    scenario, used, said = watched
    scenario.look()
    assert (used, said) == ([], [])


def test_a_file_that_changes_is_read_once(watched, file):
    scenario, used, said = watched
    file.write_text(TWO, encoding="utf-8")
    scenario.look()
    scenario.look()
    assert [[stage.call_id for stage in each.stages] for each in used] == [["aa11", "bb22"]]
    assert said == [f"{file}: read again, its sessions begin again"]


def test_a_change_of_the_same_length_is_seen(watched, file):
    scenario, used, _ = watched
    file.write_text(ONE.replace("aa11", "cc33"), encoding="utf-8")
    os.utime(file, ns=(1, 1))
    scenario.look()
    assert [each.stages[0].call_id for each in used] == ["cc33"]


def test_a_fault_is_said_with_its_place_and_the_scenario_stays(watched, file):
    scenario, used, said = watched
    file.write_text(ONE.replace("0003*210", "0003*999"), encoding="utf-8")
    scenario.look()
    scenario.look()
    assert used == []
    assert said == [
        f"{file}:3: there is no extension '0003*999' (at $.calls[0].extension); the scenario stays as it was"
    ]
    file.unlink()
    scenario.look()
    assert used == []
    file.write_text(TWO, encoding="utf-8")
    scenario.look()
    assert len(used) == 1


def test_the_file_that_is_extended_is_watched_too(tmp_path, file):
    mine = tmp_path / "above.yaml"
    mine.write_text(f"extends: {file}\n", encoding="utf-8")
    used = []
    scenario = WatchedScenario(str(mine), use=used.append, say=lambda line: None)
    assert scenario.files == (mine, file)
    file.write_text(TWO, encoding="utf-8")
    scenario.look()
    assert len(used) == 1


def test_sessions_that_have_left_the_scenario_are_left_alone(make_api, file):
    api = make_api(scenario=str(file))
    api.control("GET", "state")
    api.control("PUT", "scenario", {"name": "empty"}, **{"X-Callpark-Session": "other"})
    file.write_text(TWO, encoding="utf-8")
    api.mock.use(load_scenario(str(file)))
    calls = {
        name: len(api.control("GET", "state", **{"X-Callpark-Session": name})["calls"])
        for name in ("default", "other", "new")
    }
    assert calls == {"default": 2, "other": 0, "new": 2}


def test_a_store_that_fails_is_said_once_and_the_scenario_is_put_to_use_later(file):
    failing, used, said = [True], [], []

    def use(scenario):
        if failing[0]:
            raise StoreUnavailableError("the disk is full")
        used.append(scenario)

    scenario = WatchedScenario(str(file), use=use, say=said.append)
    file.write_text(TWO, encoding="utf-8")
    scenario.look()
    scenario.look()
    assert said == [f"the disk is full; {file} is put to use as soon as it can be kept"]
    failing[0] = False
    scenario.look()
    scenario.look()
    assert len(used) == 1
    assert said[1:] == [f"{file}: read again, its sessions begin again"]
