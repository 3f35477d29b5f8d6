"""The README is run: every shell line of it, against a mock, compared with what it says comes of it."""

import json
import re

import pytest

from tests.repository.reader import CHECKOUT, Reader, commands_of

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
CODES = re.findall(r"^\| (\d{3}) `(\w+)` \| `(.*)` \|$", README, re.MULTILINE)


@pytest.fixture
def reader(tmp_path):
    found = Reader(tmp_path, README)
    yield found
    found.close()


@pytest.mark.curl
def test_the_commands_do_what_is_said_in_their_order(reader):
    ran = reader.follow(README)
    assert len(ran) >= 14
    assert {"curl", "callpark", "pytest"} <= set(ran)


@pytest.mark.curl
def test_the_call_is_where_the_readme_says(reader):
    reader.serve("callpark mock")
    lines = [each.line for each in commands_of(README) if each.line.startswith("curl ")]
    assert json.loads(reader.run(lines[0]).stdout)["id"] == "b817d2618fe6f1804333"
    (call,) = json.loads(reader.run(lines[1]).stdout)["entry"]
    (view,) = call["phoneCallView"]
    assert (view["id"], view["extension"], view["status"]) == ("01", "0003*024", 5)
    assert not {"parked", "parkedPos"} & view.keys()


@pytest.mark.curl
def test_every_code_of_the_table_is_answered(reader):
    reader.serve("callpark mock")
    for status, code, line in CODES:
        done = reader.run(f"{line} -w '\\n%{{http_code}}'")
        body, _, answered = done.stdout.rpartition("\n")
        assert (answered, json.loads(body)["error"]["code"]) == (status, code)


def test_the_table_has_the_codes_that_a_client_meets():
    documented = [
        "pc_timeout_invalid",
        "pc_callerid_invalid",
        "pc_phonecall_invalid",
        "pc_phonecallview_invalid",
    ]
    assert [code for _, code, _ in CODES] == [
        *documented,
        "user_invalid",
        "extension_invalid",
        "access_denied",
    ]


def test_the_statuses_are_those_of_the_command():
    from contract_tests.verdict import ExitCode

    told = set(map(int, re.findall(r"^\| (\d+) \| \w", README, re.MULTILINE)))
    assert told >= {int(code) for code in ExitCode} - {4}
