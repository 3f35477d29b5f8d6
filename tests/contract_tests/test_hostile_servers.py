"""Servers that mean harm: each ends a check soon, with a verdict, and nothing of it reaches a reader raw."""

import re
from dataclasses import replace
from functools import partial

import pytest

import callpark_spec
from contract_tests.record.reader import read_record
from contract_tests.rejudge import rejudge
from contract_tests.reporting.html import render_html
from contract_tests.reporting.junit import render_junit
from contract_tests.reporting.summary import render_summary
from contract_tests.state import hook
from contract_tests.target import Limits
from tests.servers import HOSTILE
from tests.servers.hostile import HostileServer, silent

LIMITS = Limits(connect=0.5, answer=0.4, busy_tries=2, busy_wait=0.01)
# Those that send without end are soon read as far as anybody reads; a busy machine takes its time for that.
ENDLESS = ("huge_body", "endless_body", "endless_chunks")
PATIENT = replace(LIMITS, answer=10.0)
# One case of each kind stands for the table: a verdict on each kind of answer, in a tenth of the requests.
SAMPLE = (
    "request/documented-example/as-printed",
    "uri/user-id/me/me",
    "failure/timeout/not-positive/zero",
    "failure/call/unknown/hex",
    "payload/grey-values/callerId-null",
    "parking/second-retrieval/again",
    "access/no-token/absent",
)
# Answers that could be taken for conforming ones get the whole table.
VACUOUS = ("always_204", "always_400", "always_401", "always_empty_object", "echo", "agreeable", "by_turns")
NOW_AND_THEN_RIGHT = {"right_by_turns"}
"""What it answers as the page has it, it answers as the page has it, be it by chance."""


@pytest.fixture(scope="module", autouse=True)
def _impatient_with_hooks():
    """A hook that does not answer is waited for a minute; here that would be all there is to see."""
    patience, hook.PATIENCE = hook.PATIENCE, 0.3
    yield
    hook.PATIENCE = patience


def jobs(check):
    def sampled(name):
        sample = () if name in VACUOUS else SAMPLE
        limits = PATIENT if name in ENDLESS else LIMITS
        return partial(check.server, HOSTILE[name][0], limits=limits, settle=0.1, cases=sample)

    return {name: sampled(name) for name in HOSTILE}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_ends_with_a_verdict_that_is_not_green(side_by_side, name):
    assert side_by_side[name].exit_code in (1, 3)


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - NOW_AND_THEN_RIGHT))
def test_no_must_clause_passes_on_a_hostile_server(side_by_side, name):
    assert side_by_side[name].must_passes() == set()


@pytest.mark.parametrize("name", HOSTILE)
def test_the_checker_does_not_blame_itself(side_by_side, name):
    assert side_by_side[name].clauses("harness-error") == set()


@pytest.mark.parametrize("name", HOSTILE)
def test_the_token_is_not_in_the_record(side_by_side, name):
    assert b"valid-token-of-user" not in side_by_side[name].record


@pytest.mark.parametrize("name", HOSTILE)
def test_a_record_stays_small_whatever_is_sent(side_by_side, name):
    """Of what is too long the beginning is stored, in a few kilobytes, and the line says that there was more."""
    record = side_by_side[name].record

    assert max(map(len, record.splitlines())) < 200_000
    assert len(record) < 6_000_000


@pytest.mark.parametrize("name", ENDLESS)
def test_a_body_that_nobody_reads_is_told_by_its_beginning_and_its_length(side_by_side, name):
    record = read_record(side_by_side[name].record)
    told = [line.response for line in record.exchanges if line.role == "request" and line.response]

    assert told
    assert all(response.clipped and len(response.body) <= 4096 for response in told)
    assert name != "huge_body" or {response.body_size for response in told} == {200_000_025}


@pytest.mark.parametrize("name", ["huge_headers", "many_headers", "huge_body", "endless_body", "gzip_bomb"])
def test_what_was_stored_in_part_is_judged_again_to_the_same_verdicts(side_by_side, name):
    record = read_record(side_by_side[name].record)

    assert rejudge(record, callpark_spec.load()).changed == ()


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_a_hostile_server_says_is_live_in_a_report(side_by_side, name, tmp_path):
    """No terminal escape in the summary, no script of theirs in HTML, no control character in XML."""
    path = tmp_path / "record.ndjson"
    path.write_bytes(side_by_side[name].record)
    record, catalogue = read_record(path), callpark_spec.load()

    summary = "\n".join(render_summary(record, catalogue, width=100))
    junit = render_junit(record, catalogue)
    html = render_html(record, catalogue)

    for text in (summary, junit, html):
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", text)
        assert "valid-token-of-user" not in text
    for markup in (junit, html):
        assert "<script>alert" not in markup


def unlisted(exchange):
    """Refuses what it is asked, and never lists anything."""
    if exchange.head.startswith(b"GET"):
        exchange.wait()
    else:
        exchange.answer(b'{"error": {"code": "user_invalid", "message": "?"}}', "400 Bad Request")


@pytest.mark.parametrize("is_scarce", [False, True])
@pytest.mark.parametrize(("conduct", "requests", "listings"), [(silent, 2, 3), (unlisted, 0, 12)])
def test_a_server_that_hangs_is_not_waited_for_case_by_case(harness, conduct, requests, listings, is_scarce):
    """Each silence costs as long as an answer may take. What was not tried for it says so."""
    checked = harness.server(
        partial(HostileServer, conduct), limits=LIMITS, settle=0.1, lane="all", is_scarce=is_scarce
    )
    silences = [each for each in checked.exchanges() if each.get("trouble")]
    assert len([each for each in silences if each["request"]["method"] == "PUT"]) <= requests
    assert len([each for each in silences if each["request"]["method"] == "GET"]) <= listings
    if conduct is silent:
        assert checked.exit_code == 3
        untried = [ruling for ruling in checked.under() if "without an answer" in ruling.actual]
        assert {"uri/user-id/me/me", "payload/wait-for-pickup/numeric-string/string"} < {
            ruling.case for ruling in untried
        }
        assert any("explored" in ruling.case for ruling in untried)
    assert rejudge(read_record(checked.record), callpark_spec.load()).changed == ()
