"""`callpark plan` beside what a check then does."""

import io
import re
import time

import pytest
from click.testing import CliRunner

import callpark_spec
from callpark.command_line import group
from contract_tests.approach import approach
from contract_tests.cases import CONTROL
from contract_tests.check import Check, Plan
from contract_tests.forecast import exploring, forecast
from contract_tests.lanes.races import RACES
from contract_tests.record.reader import read_record
from contract_tests.selection import lane_cases
from mockserver.app import build
from mockserver.serving.server import running


def said(*words):
    return CliRunner().invoke(group, ["plan", *words], standalone_mode=False)


@pytest.fixture(scope="module")
def explored():
    """The world and the record of a run of both lanes."""
    stream = io.BytesIO()
    with running(build()) as url:
        found = approach(url, run="plan")
        check = Check(
            plan=Plan(profile=found.profile, run="plan", lane="all"),
            target=found.target,
            rung=found.rung,
            catalogue=callpark_spec.load(),
            version="0",
            stream=stream,
            sleep=time.sleep,
        )
        check.run()
        found.target.close()
    return found.profile.world(), read_record(stream.getvalue())


def test_a_plan_of_both_lanes_bounds_what_is_sent(explored):
    world, record = explored
    counted = forecast(lane_cases("all", world), CONTROL, world, scarce=False, safe=False)
    parts = exploring(world, timed=True)

    assert record.footer.requests <= counted.requests + sum(part.requests for part in parts)
    assert record.footer.calls_used <= counted.parked_calls + counted.other_calls + sum(
        part.parked_calls for part in parts
    )


@pytest.mark.parametrize(
    ("title", "cases"),
    [
        ("a call retrieved and parked again", ["parking/park-after-retrieval/to-and-fro"]),
        ("every two variations in one request", ["request/documented-example/combined"]),
        ("races", [f"parking/one-winner/{name}" for name in RACES]),
        ("races against the time in the lot", ["parking/one-winner/expiry"]),
        ("generated requests", ["body/no-server-error/generated"]),
        ("drawn sequences", ["parking/only-that-call/explored"]),
    ],
)
def test_each_part_of_exploring_stays_within_its_bound(explored, title, cases):
    """What is not left to chance is foretold to the request."""
    world, record = explored
    (part,) = [part for part in exploring(world, timed=True) if part.title == title]
    slugs = {case.rpartition("/")[2] for case in cases}
    sent = [one for one in record.exchanges if one.case.rpartition("/")[2] in slugs]

    assert sent
    assert len(sent) <= part.requests
    if not title.startswith(("generated", "drawn")):
        assert part.requests <= 1.1 * len(sent) + 5


def test_a_plan_names_every_part_and_the_sum():
    lines = said("--lane", "all").output.splitlines()
    parts = [tuple(map(int, re.findall(r"(\d+) (?:requests|parked calls|rings)", line))) for line in lines]
    counted = [numbers for numbers in parts if len(numbers) == 3]

    assert counted[-1] == tuple(map(sum, zip(*counted[:-1], strict=True)))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--lane", "explore", "--safe"), "Of the lane explore only the generated cases are sent: --safe"),
        (("--lane", "all", "--clause", "failure"), "it looks for whatever there is, and takes no --clause"),
        (("--safe",), "A server that lets a fault pass all the same would make the phone 0003*024 ring."),
        (("--rung", "api"), "Each call is first placed from 0003*210 to"),
        (("--rung", "operator"), "A person is asked"),
        (("--rung", "inventory"), "The inventory has to list"),
        (("--rung", "inventory", "--lane", "all"), "It ends when the parked calls do."),
        (("--rung", "hook"), "The hook is asked for"),
    ],
)
def test_a_plan_says_what_the_options_do_to_it(words, sentence):
    assert sentence in said(*words).output


def test_clauses_make_a_plan_smaller():
    whole, part = (
        re.search(r"try (\d+) cases", said(*words).output)[1] for words in ((), ("--clause", "access"))
    )

    assert int(part) < int(whole)
