"""`callpark check`: exit statuses, messages, and the clause that it names first."""

import re
import signal
import xml.etree.ElementTree as ElementTree

import pytest

from mockserver import defects
from mockserver.app import build
from mockserver.serving.server import running

NOBODY = "http://127.0.0.1:9"


def clauses_found(tmp_path):
    """The clauses of the failures in the JUnit file, in its order, each once."""
    cases = ElementTree.parse(tmp_path / "callpark-report" / "junit.xml").iter("testcase")
    found = [case.get("classname") for case in cases if case.find("failure") is not None]
    return list(dict.fromkeys(found))


def test_a_mock_conforms(callpark, callpark_mock_url, tmp_path):
    done = callpark("check", callpark_mock_url)
    assert done.status == 0, done.out
    assert len(done.out.splitlines()) <= 20
    written = re.search(r"^written: (.*)$", done.out, re.MULTILINE)[1].split(", ")
    pages = ("report.html", "junit.xml", "results.json")
    assert written == [f"callpark-report/{name}" for name in ("record.ndjson", *pages)]
    assert {path.name for path in (tmp_path / "callpark-report").iterdir()} == {
        "record.ndjson",
        "report.html",
        "junit.xml",
        "results.json",
    }
    assert clauses_found(tmp_path) == []


def test_a_check_leaves_the_developers_world_alone(callpark, callpark_mock_url):
    import httpx

    before = httpx.get(f"{callpark_mock_url}/_mock/state").json()["calls"]
    callpark("check", callpark_mock_url, "--clause", "parking", "--quiet")
    assert httpx.get(f"{callpark_mock_url}/_mock/state").json()["calls"] == before


@pytest.mark.parametrize("name", ["timeout-code-of-caller-id", "left-parked", "view-1-for-01"])
def test_a_broken_rule_is_found_and_its_clause_named_first(callpark, defective, tmp_path, name):
    with defective(name) as url:
        done = callpark("check", url, "--quiet")
    clause = defects.defect(name).clause
    assert done.status == 1
    assert clauses_found(tmp_path)[0] == clause
    finding = next(line for line in done.out.splitlines() if re.match(r"(fail|wrong-code) +\S+: ", line))
    assert re.split(r"[ :]+", finding)[1] == clause


def test_the_engine_is_of_no_use_where_nothing_is_explored(callpark):
    done = callpark("check", NOBODY, "--engine")
    assert (done.status, done.out) == (2, "")
    assert "--engine is of no use without --lane explore" in done.err


def test_nobody_listening_is_said_in_one_line(callpark):
    done = callpark("check", NOBODY)
    assert (done.status, done.out) == (3, "")
    assert done.err == f"could not be judged: nobody answers at {NOBODY} ([Errno 111] Connection refused)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nonsense",), "'nonsense' is no URL of a target; it looks like http://127.0.0.1:8080"),
        (("ftp://127.0.0.1",), "is no URL of a target"),
        ((NOBODY, "--rung", "magic"), "'magic' is not one of 'auto', 'control'"),
        ((NOBODY, "--profile", "absent.yaml"), "absent.yaml"),
        ((NOBODY, "--header", "no-colon"), "'no-colon' is not of the form NAME:VALUE"),
        ((NOBODY, "--header", "two words: x"), "'two words: x' is not of the form NAME:VALUE"),
        ((NOBODY, "--header", "X: a\r\nY: b"), "a value is of printable ASCII characters only"),
        ((NOBODY, "--shout"), "No such option"),
        ((), "Missing argument 'URL'"),
    ],
)
def test_a_wrong_command_line_is_status_2(callpark, arguments, message):
    done = callpark("check", *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_an_unknown_clause_is_status_2(callpark, callpark_mock_url):
    done = callpark("check", callpark_mock_url, "--clause", "failure/timout")
    assert done.status == 2
    assert "there is no clause failure/timout, and none begins so; did you mean failure/timeout" in done.err
    assert "(`callpark explain` lists all clauses)" in done.err


def test_a_target_of_others_needs_a_token(callpark):
    async def stranger(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    with running(stranger) as url:
        done = callpark("check", url)
    assert done.status == 2
    assert f"{url} is not a callpark mock, so a token is needed: set CALLPARK_TOKEN" in done.err


def test_only_the_clauses_asked_for_are_tried(callpark, callpark_mock_url):
    few = callpark("check", callpark_mock_url, "--clause", "failure/timeout")
    said = [line for line in few.err.splitlines() if line.startswith("case ")]
    assert said
    assert all("failure/timeout/" in line or "documented-example" in line for line in said)


def test_an_interrupted_check_leaves_a_record_that_is_refused(callpark, slow_mock_url, start):
    process = start("check", slow_mock_url)
    assert "case 1 of" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "interrupted"
    assert "Traceback" not in err
    done = callpark("report", "callpark-report/record.ndjson")
    assert done.status == 3
    assert "without a footer" in done.err


def test_a_fault_of_ours_is_status_5(callpark, callpark_mock_url, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("out of order")

    monkeypatch.setattr("contract_tests.check.judge", broken)
    done = callpark("check", callpark_mock_url, "--clause", "failure/timeout", "--quiet")
    assert done.status == 5
    assert "RuntimeError: out of order" in done.err
    assert done.err.endswith("this says nothing about the target\n")


def test_a_token_never_reaches_the_record(callpark, monkeypatch, tmp_path):
    with running(build()) as url:
        monkeypatch.setenv("CALLPARK_TOKEN", "mock.secret-session.12")
        done = callpark("check", url, "--clause", "failure/timeout", "--quiet")
    assert done.status == 0
    for file in (tmp_path / "callpark-report").iterdir():
        assert "mock.secret-session.12" not in file.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_a_mistake_of_the_command_line(
    callpark, callpark_mock_url, tmp_path
):
    (tmp_path / "taken").write_text("a file")
    done = callpark("check", callpark_mock_url, "--quiet", "--out", "taken/below")

    assert done.status == 2
    assert done.err.startswith("Error: taken/below: ")
    assert "Traceback" not in done.err
