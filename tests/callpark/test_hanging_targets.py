"""`callpark check` of targets that have requests wait in vain, now and then or on a few of them."""

import asyncio

import pytest

from contract_tests import in_vain
from contract_tests.record.reader import read_record
from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings


@pytest.fixture
def hanging():
    """A mock that leaves requests without an answer, as `hangs` says of their number and their payload."""

    def serving(hangs):
        app, asked = build(Settings()), 0

        async def wrapped(scope, receive, send):
            nonlocal asked
            if scope["type"] != "http" or not scope["path"].startswith("/uapi"):
                await app(scope, receive, send)
                return
            asked += 1
            message = await receive()
            if hangs(asked, message.get("body", b"")):
                await asyncio.wait_for(gone(receive), 60)
                return
            messages = [message]

            async def again():
                return messages.pop() if messages else await receive()

            await app(scope, again, send)

        return running(wrapped)

    return serving


async def gone(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


@pytest.fixture
def checked(callpark, tmp_path):
    def check(url, *words):
        done = callpark("check", url, "--quiet", "--timeout", 0.2, "--out", tmp_path / "out", *words)
        return done, read_record(tmp_path / "out" / "record.ndjson")

    return check


def test_a_target_that_hangs_again_and_again_is_given_up(hanging, checked, monkeypatch):
    monkeypatch.setattr(in_vain, "ENOUGH", 2.0)
    with hanging(lambda asked, body: asked > 4 and asked % 3 == 0) as url:
        done, record = checked(url, "--lane", "all")
    unanswered = [one for one in record.exchanges if "longer than" in (one.trouble or "")]
    assert 5 <= len(unanswered) <= 11
    assert done.status == 3
    assert "could not be judged to the end: the target left " in done.err
    assert "of callpark check a --timeout below 0.2 leaves time for more" in done.err
    assert any("the target left" in line.why for line in record.untried)
    assert "Traceback" not in done.err


def test_a_target_that_hangs_on_a_few_requests_is_judged_for_the_others(hanging, checked, monkeypatch):
    monkeypatch.setattr(in_vain, "ENOUGH", 2.0)
    with hanging(lambda asked, body: b'"waitForPickup": 0' in body) as url:
        done, record = checked(url)
    verdicts = {
        line.case: line.verdict for line in record.rulings if line.case.startswith("failure/timeout/")
    }
    assert verdicts["failure/timeout/not-positive/zero"] == "inconclusive"
    assert verdicts["failure/timeout/not-positive/negative"] == "pass"
    assert "could not be judged to the end" not in done.err
