import itertools
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from contract_tests.lanes import expiry
from contract_tests.lanes.explore import play_again
from contract_tests.lanes.finding import Finding, pytest_file
from contract_tests.lanes.races import ONE_WINNER
from contract_tests.lanes.steps import Change, Step
from contract_tests.redaction import Redaction
from contract_tests.state.inventory import InventoryRung
from contract_tests.state.rung import calls_from
from contract_tests.verdict import Verdict
from mockserver.connection.asgi import App
from mockserver.defect import Kind
from mockserver.defects import DEFECTS
from mockserver.variants import policy_with
from tests.servers import RIGHT, WRONG
from tests.servers.framed import FRAMED
from tests.servers.freedoms import FREE
from tests.servers.late import LATE, Lagging
from tests.servers.subtle import DEEPER, HangsUp

KNOWN = frozenset({"parking/second-retrieval"})
SECOND = Finding(
    clause="parking/second-retrieval",
    steps=(Step(does="park"), Step(does="unpark"), Step(does="unpark")),
)
ACCENTS = Finding(
    clause="body/no-server-error",
    steps=(Step(does="park"), Step(does="unpark", changes=(Change(part="callerId", value="Zoë <1>"),))),
)


@pytest.mark.parametrize(
    ("variant", "seed"),
    list(itertools.product(["", "documented-answer", "not-parked-conflict", "nothing-listed-204"], [1, 2])),
)
def test_nobody_who_conforms_is_accused(mock, explore, variant, seed):
    with mock(policy=policy_with([variant] if variant else [])) as url:
        seen = explore(url, seed=seed)
    assert {row.verdict for row in seen.rows} == {Verdict.PASS}
    assert len(seen.rows) == 9


@pytest.mark.parametrize("name", ["literal", "ringing", "strict", "oddball"])
def test_servers_written_from_the_page_alone_are_not_accused(explore, name):
    with RIGHT[name]() as server:
        seen = explore(server.url, server, seed=2, combinations=None)
    assert seen.findings == []


def test_two_winners_are_found_with_their_interleaving(explore):
    with WRONG["race"][0]() as server:
        seen = explore(server.url, server, sequences=5, generated=0)
    cases = {row.case for row in seen.findings}
    assert "parking/one-winner/two-retrievals" in cases
    row = next(row for row in seen.findings if row.case == "parking/one-winner/two-retrievals")
    assert "2 of 2 retrieved the call: retrieve" in row.actual
    assert row.attempts == 2
    assert row.reproduction[-1] == "wait"
    assert sum(line.endswith(" &") for line in row.reproduction) == 2


@pytest.mark.parametrize("cut", [1, 2, 1000])
def test_one_request_that_is_cut_off_is_not_the_end_of_exploring(explore, cut):
    asked = itertools.count(1)
    with HangsUp(lambda payload: next(asked) <= cut) as server:
        seen = explore(server.url, server, sequences=1, generated=0)
    races = [row for row in seen.rows if row.case.startswith(ONE_WINNER)]
    assert any(row.actual.startswith("not tried") for row in races) is (cut > 2)
    assert "does not retrieve" not in str(seen.rows)


def test_a_neighbour_that_is_taken_along_is_found(explore):
    with WRONG["takes_neighbours"][0]() as server:
        seen = explore(server.url, server)
    (row,) = seen.findings
    assert row.clause == "parking/only-that-call"
    assert len(row.finding.steps) == 3


def test_a_refusal_that_retrieves_is_found(explore):
    with WRONG["refusal_retrieves"][0]() as server:
        seen = explore(server.url, server)
    assert seen.findings[0].clause == "parking/refusal-changes-nothing"
    assert len(seen.findings[0].finding.steps) == 2


def test_a_second_success_is_shrunk_to_three_steps_at_most(mock, explore):
    with mock(defect=DEFECTS["second-retrieval-200"]) as url:
        seen = explore(url)
    (row,) = seen.findings
    assert row.clause == SECOND.clause
    assert row.finding == SECOND
    assert row.case == f"{SECOND.clause}/explore-04af3b59"
    assert sum("-X PUT" in line for line in row.reproduction) == 2


ONLY_EXPLORED = sorted(slug for slug, each in DEFECTS.items() if each.lane == "explore")
QUICK = ("any-view-by-self-accepted", "broken-minute-refused", "retrieved-only-once")


@pytest.mark.parametrize("slug", ONLY_EXPLORED if os.environ.get("CALLPARK_LONG") else QUICK)
def test_what_no_fixed_table_sees_is_found_and_named(mock, explore, slug):
    with mock(defect=DEFECTS[slug]) as url:
        seen = explore(url, sequences=60, generated=120, combinations=None, rounds=20)
    clauses = {row.clause for row in seen.findings}
    assert (DEFECTS[slug].clause in clauses) or (DEFECTS[slug].kind is Kind.RACE and ONE_WINNER in clauses)
    assert len(seen.findings) <= 3


def test_a_pair_is_shrunk_to_the_two_that_it_takes(mock, explore):
    with mock(defect=DEFECTS["self-not-with-viewer"]) as url:
        seen = explore(url, combinations=None, sequences=1, generated=0, rounds=1)
    (row,) = seen.findings
    assert row.finding.steps[1].changes == (
        Change(part="user", value="@viewer"),
        Change(part="extension", value="@self"),
    )


def crashes_on_accents(app: App) -> App:
    async def wrapped(scope, receive, send):
        if scope["type"] != "http" or scope["method"] != "PUT":
            return await app(scope, receive, send)
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if not body.isascii():
            await send({"type": "http.response.start", "status": 500, "headers": []})
            return await send({"type": "http.response.body", "body": b""})

        async def again():
            return {"type": "http.request", "body": body, "more_body": False}

        return await app(scope, again, send)

    return wrapped


@pytest.fixture
def crashing():
    from mockserver.app import build
    from mockserver.serving.server import running
    from mockserver.settings import Settings

    with running(crashes_on_accents(build(Settings()))) as url:
        yield url


def test_a_crash_on_a_caller_id_beyond_ascii_is_found(crashing, explore):
    seen = explore(crashing, sequences=60, generated=0, rounds=1)
    (row,) = seen.findings
    assert row.clause == "body/no-server-error"
    assert len(row.finding.steps) == 2
    assert len(row.finding.steps[1].changes) == 1


def test_the_same_seed_sends_the_same_requests(mock, explore):
    def stream(seed):
        with mock() as url:
            seen = explore(url, seed=seed, run="same", rounds=0, sequences=6, generated=6)
        ids = sorted({one.call.id for one in seen.exchanges if one.call}, key=len)
        names = {each: f"call-{place}" for place, each in enumerate(dict.fromkeys(ids))}
        nameless = Redaction({})
        return [
            (one.request.method, _without(names, one.request.target), nameless(str(one.request.body)))
            for one in seen.exchanges
            if one.role == "request"
        ]

    assert stream(7) == stream(7)
    assert stream(7) != stream(8)


def _without(names, text):
    for identifier in names:
        text = text.replace(identifier, "call")
    return text


def test_exchanges_are_numbered_one_by_one_across_connections(mock, explore):
    with mock() as url:
        seen = explore(url, sequences=3, generated=0)
    numbers = [one.number for one in seen.exchanges]
    assert numbers == sorted(set(numbers))


def test_exchanges_belong_to_cases_that_were_announced(mock, explore):
    announced = []
    with mock(defect=DEFECTS["second-retrieval-200"]) as url:
        seen = explore(url, started=lambda case, clause, title: announced.append(case))
    cases = {one.case for one in seen.exchanges if one.role in ("request", "before", "after")}
    assert cases <= set(announced)
    assert {row.case for row in seen.findings} <= set(announced)


def test_what_is_known_already_is_not_reported_again(mock, explore):
    with mock(defect=DEFECTS["second-retrieval-200"]) as url:
        seen = explore(url, known=frozenset({SECOND.clause}))
    assert seen.findings == []


def test_after_the_deadline_nothing_is_sent_and_nothing_is_green(mock, lane_at):
    with mock() as url:
        lane = lane_at(url, deadline=0.0)
        rows = list(lane.run())
    assert {row.verdict for row in rows} == {Verdict.INCONCLUSIVE}
    assert lane.calls_used == 0


def test_kept_findings_are_played_first(mock, explore):
    with mock(defect=DEFECTS["second-retrieval-200"]) as url:
        seen = explore(url, kept=[SECOND, ACCENTS])
    assert [row.case for row in seen.rows[:2]] == [SECOND.case, ACCENTS.case]
    assert seen.rows[0].verdict is Verdict.FAIL
    assert (seen.rows[1].verdict, seen.rows[1].actual) == (Verdict.PASS, "not seen any more")
    assert [row.clause for row in seen.findings] == [SECOND.clause]


def test_a_finding_can_be_played_again_where_it_was_found(crashing, lane_at):
    lane = lane_at(crashing)
    again = {"target": lane.target, "rung": lane.rung, "world": lane.world}
    assert play_again(ACCENTS, **again) == [
        "body/no-server-error: 500 without a readable code (expected: no server error)"
    ]
    assert play_again(SECOND, **again) == []


@pytest.mark.parametrize(("finding", "status"), [(ACCENTS, 1), (SECOND, 0)])
def test_the_pytest_file_fails_as_long_as_the_target_does(crashing, tmp_path, finding, status):
    path = tmp_path / "test_finding.py"
    path.write_text(pytest_file(finding, crashing), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path.name]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLPARK_")}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == status, done.stdout
    assert (finding.clause in done.stdout) == bool(status)


@pytest.mark.curl
def test_the_printed_lines_show_the_finding_again(mock, explore):
    with mock(defect=DEFECTS["second-retrieval-200"]) as url:
        (row,) = explore(url, sequences=1, generated=0, rounds=1).findings
        script = "\n".join(line for line in row.reproduction)
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=30)
    assert done.stdout.count("HTTP/1.1 200") == 3  # two retrievals and the listing


def test_a_call_may_run_out_of_time_while_it_is_retrieved(mock, explore, monkeypatch):
    monkeypatch.setattr(
        expiry, "STRETCHES", (1,)
    )  # on a busy machine the rounds would be played again, wider
    with mock() as url:
        seen = explore(url, sequences=1, generated=0, rounds=4)
    row = next(row for row in seen.rows if row.case == "parking/one-winner/expiry")
    assert row.verdict is Verdict.PASS
    assert row.actual.startswith("held in 4 rounds")


def test_a_target_that_lets_no_call_go_has_no_race_against_time(explore):
    with RIGHT["literal"]() as server:
        seen = explore(server.url, server, sequences=1, generated=0, rounds=2)
    row = next(row for row in seen.rows if row.case == "parking/one-winner/expiry")
    assert row.verdict is Verdict.NOT_APPLICABLE


def test_few_calls_are_used_up_and_what_is_left_is_said(mock, lane_at, tmp_path):
    """An inventory cannot be refilled, and nothing can be reset."""
    with mock() as url:
        asked = lane_at(url, run="stock").rung.parked(12)
        listed = [
            {
                "userId": one.user,
                "extension": one.extension,
                "phoneCallId": one.id,
                "phoneCallViewId": one.view,
            }
            for one in asked
        ]
        lane = lane_at(url, run="stock", combinations=None)
        stock = InventoryRung(calls=calls_from({"calls": listed}, parked=True), extension="0003*210")
        lane = replace(lane, rung=stock)
        rows = list(lane.run())
    assert lane.calls_used == 12
    assert {row.verdict for row in rows} <= {Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE}
    combined = next(row for row in rows if row.case.endswith("/combined"))
    assert combined.verdict is Verdict.PASS
    assert "then no parked call: the inventory has no parked call" in combined.actual


@pytest.mark.parametrize("name", FREE)
def test_what_the_page_leaves_open_is_no_finding_here_either(explore, name):
    with FREE[name]() as server:
        seen = explore(server.url, server, seed=3)

    assert seen.findings == []


@pytest.mark.parametrize("name", LATE | FRAMED)
def test_who_is_late_or_frames_otherwise_is_judged_to_the_end_here_too(explore, name):
    with (LATE | FRAMED)[name]() as server:
        seen = explore(server.url, server, sequences=6, generated=0, rounds=2)

    assert {row.verdict for row in seen.rows} <= {Verdict.PASS, Verdict.NOT_APPLICABLE}


class SecondLookIsOld(Lagging):
    """Of a retrieved call the second listing shows it in the lot, as a copy does that is behind."""

    def __init__(self):
        super().__init__(0.0)
        self.looks = Counter()

    def listing(self, user, extension, call_id):
        states = self.history.get(call_id, [])
        self.looks[call_id] += len(states) > 1
        if self.looks[call_id] == 2:
            return 200, states[0][1].as_json()
        return super().listing(user, extension, call_id)


def test_an_old_listing_does_not_put_a_retrieved_call_back(explore):
    with SecondLookIsOld() as server:
        seen = explore(server.url, server, sequences=0, generated=0, rounds=0)

    assert max(server.looks.values()) >= 2
    assert [row.actual for row in seen.rows if "retrieve a call" in row.actual] == []


@pytest.mark.parametrize("name", ["literal", "mover"])
def test_a_hook_that_takes_down_everything_leaves_nothing_inconclusive(explore, name):
    with RIGHT[name]() as server:
        seen = explore(server.url, server, combinations=None, sequences=3, generated=0, rounds=1, known=KNOWN)

    (row,) = [one for one in seen.rows if one.case.endswith("/combined")]
    assert row.verdict is Verdict.PASS


@pytest.mark.parametrize("name", DEEPER)
def test_a_mistake_that_takes_a_sequence_or_a_drawn_value_is_found(explore, name):
    factory, clause, _ = DEEPER[name]
    with factory() as server:
        seen = explore(server.url, server, sequences=2, generated=120, combinations=None, rounds=1)

    assert [row.clause for row in seen.findings] == [clause]
