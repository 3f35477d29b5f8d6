"""Every script that is printed for a kill, run in a shell as a reader would, shows what the report says.

A spread of the defects, and with CALLPARK_LONG=1 all of them.
"""

import os
import re
import subprocess
from dataclasses import dataclass

import pytest

import callpark_spec
from contract_tests.exchange import Response
from contract_tests.expectation.expect import parse_json
from contract_tests.judge.answer import read_answer
from contract_tests.record.reader import exchanges
from contract_tests.reporting.tally import Tally
from contract_tests.sighting import sight
from contract_tests.verdict import Verdict
from mockserver.app import build
from mockserver.defects import DEFECTS
from mockserver.serving.server import running
from mockserver.settings import Settings

SHARE = 1 if os.environ.get("CALLPARK_LONG") else 9
ALWAYS = (
    "every-third-204", "all-calls-leave", "self-takes-all", "refusal-ends-others", "own-path-any-call",
    "second-retrieval-200", "expired-token-accepted",
)  # fmt: skip
"""Shown only in rounds, beside another call, after a first request, with another token."""
CONFORM = [slug for slug, defect in DEFECTS.items() if defect.lane == "conform"]
EXPLORE = [slug for slug, defect in DEFECTS.items() if defect.lane == "explore"]
SEEN = ["zero-without-caller-id-accepted"]
CHANCES = 5
"""A race is lost now and then only, as the report says."""

_ANSWER = re.compile(rb"HTTP/1\.1 (\d{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n")


@dataclass(frozen=True)
class Printed:
    """An answer as curl prints it, and to which request."""

    target: str
    response: Response

    @property
    def in_words(self):
        """Status, and the body without what no two runs have in common: moments and other calls' ids."""
        text = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"a moment", self.response.body)
        text = re.sub(rb"127\.0\.0\.1:\d+", b"the target", text)
        text = re.sub(rb"[0-9a-f]{20}", self._kind_of_id, text)
        try:
            return self.response.status, parse_json(text)
        except ValueError:
            return self.response.status, text

    def _kind_of_id(self, found):
        return b"the id asked for" if found[0].decode() in self.target else b"another id"

    @property
    def code(self):
        return self.response.status, read_answer(self.response).error_code

    def shows(self, call_id):
        seen = sight(_Answered(self.response), call_id)
        views = [(view.id, view.status, view.extension, sorted(view.parking)) for view in seen.views]
        return seen.presence, views


@dataclass(frozen=True)
class _Answered:
    response: Response
    trouble: str = ""


def run(lines):
    """What the lines print, answer by answer, in the order of their requests."""
    # In a loop the same requests come again, round after round.
    targets = [
        re.search(r"http://127\.0\.0\.1:\d+([^' ]*)", line)[1] for line in lines if "curl -sS -i" in line
    ]
    done = subprocess.run(["sh", "-c", "\n".join(lines)], capture_output=True, timeout=120, check=False)
    assert not re.search(rb"(?i)syntax error|not found|could not resolve", done.stderr), done.stderr
    found, at = [], 0
    while match := _ANSWER.search(done.stdout, at):
        length = re.search(rb"(?im)^content-length: *(\d+)", match[2])
        at = match.end() + (int(length[1]) if length and match[1] != b"204" else 0)
        body = done.stdout[match.end() : at]
        response = Response(status=int(match[1]), body=body, body_size=len(body))
        found.append(Printed(targets[len(found) % len(targets)], response))
    assert len(found) % len(targets) == 0
    return found


def reports(record):
    """Every finding and deviation of the gating reading that a reader meets."""
    tally = Tally(record, callpark_spec.load())
    return tally.gating(Verdict.FAIL, Verdict.WRONG_CODE, Verdict.DEVIATION)


def is_reproduced(finding, sent):
    """Whether some answer is the reported one, and the listing after it shows the reported effect."""
    decisive = sent[finding.exchanges[0]]
    wanted = Printed(decisive.request.target, decisive.response)
    after = next((sent[n] for n in reversed(finding.exchanges) if sent[n].role == "after"), None)
    printed = run(finding.reproduce)
    for place, answer in enumerate(printed):
        if answer.in_words != wanted.in_words or answer.target != wanted.target:
            continue
        looks = [each for each in printed[place + 1 :] if after and each.target == after.request.target]
        is_about_it = after and decisive.call.id in decisive.request.target
        listed = Printed(after.request.target, after.response) if is_about_it else None
        if listed is None or (looks and looks[0].shows(decisive.call.id) == listed.shows(decisive.call.id)):
            return True
    return False


@pytest.mark.curl
@pytest.mark.parametrize("slug", sorted({*CONFORM[::SHARE], *ALWAYS}))
def test_what_is_printed_for_a_kill_shows_it_again(checked, slug):
    with running(build(Settings(defect=DEFECTS[slug]))) as url:
        record = checked(url)
        sent = {exchange.number: exchange for exchange in exchanges(record)}
        found = reports(record)
        missed = [finding.case for finding in found if not is_reproduced(finding, sent)]

    assert found
    assert missed == []


@pytest.mark.curl
@pytest.mark.parametrize("slug", EXPLORE if SHARE == 1 else SEEN)
def test_what_exploring_prints_shows_it_again(checked, slug):
    """By status and code: what exploring sends is judged step by step, and a race ends in one order or another."""
    with running(build(Settings(defect=DEFECTS[slug]))) as url:
        record = checked(url, lane="all")
        sent = {exchange.number: exchange for exchange in exchanges(record)}
        found = [finding for finding in reports(record) if finding.verdict != Verdict.DEVIATION]
        missed = [finding.case for finding in found if not _is_met(finding, sent)]

    assert found
    assert missed == []


def _is_met(finding, sent):
    decisive = [sent[number] for number in finding.exchanges if sent[number].role == "request"]
    wanted = sorted(Printed(one.request.target, one.response).code for one in decisive)
    for _ in range(CHANCES):
        printed = sorted(answer.code for answer in run(finding.reproduce))
        if all(printed.count(code) >= wanted.count(code) for code in wanted):
            return True
    return False
