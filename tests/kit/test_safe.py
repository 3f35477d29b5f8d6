"""`callpark check --safe`: refusals only, nothing rings, and no word that a target conforms."""

import pytest
from click.testing import CliRunner

from callpark.command_line import group
from contract_tests.record.reader import exchanges, read_record
from mockserver.app import build
from mockserver.defects import defect
from mockserver.serving.server import running
from mockserver.settings import Settings


@pytest.fixture(scope="module")
def safely(tmp_path_factory):
    """A safe check of a mock with a defect or without: the result of the command, and the record."""
    done = {}

    def check(slug=None):
        if slug not in done:
            out = tmp_path_factory.mktemp("safe")
            with running(build(Settings(defect=defect(slug) if slug else None))) as url:
                words = ["check", url, "--safe", "--quiet", "--out", str(out)]
                result = CliRunner().invoke(group, words, standalone_mode=False)
            done[slug] = result, read_record(out / "record.ndjson")
        return done[slug]

    return check


def test_nothing_is_retrieved_and_one_call_is_used(safely):
    _, record = safely()
    sent = [one for one in exchanges(record) if one.role == "request"]

    assert sent
    assert {one.response.status for one in sent} <= {400, 401, 501}
    assert record.footer.calls_used == 1


def test_the_summary_counts_and_never_says_that_the_target_conforms(safely):
    result, _ = safely()

    assert result.return_value == 0
    assert " was tried in part: no fault found in " in result.output.replace("\n", " ")
    assert "conforms" not in result.output


@pytest.mark.parametrize(
    ("slug", "clause"),
    [
        ("timeout-code-of-caller-id", "failure/timeout/not-positive"),
        ("no-token-needed", "access/no-token"),
        ("view-optional", "failure/view/missing"),
        ("refusal-ends-call", "parking/refusal-changes-nothing"),
    ],
)
def test_a_fault_is_found_all_the_same(safely, slug, clause):
    result, record = safely(slug)

    assert result.return_value == 1
    assert next(line.clause for line in record.rulings if line.verdict in ("fail", "wrong-code")) == clause


def test_who_refuses_everything_alike_is_not_believed(safely, tmp_path):
    """Without a retrieval that works, codes that tell faults apart are what speaks for a refusal."""

    async def always_400(scope, receive, send):
        body = b'{"error": {"code": "pc_timeout_invalid", "message": "No."}}'
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 400, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    profile = tmp_path / "profile.yaml"
    calls = '{"calls": [{"userId": "12", "extension": "0003*210", "phoneCallId": "abc", "phoneCallViewId": "01"}]}'
    (tmp_path / "calls.json").write_text(calls)
    profile.write_text("token_env: CALLPARK_TOKEN\ninventory: calls.json\nnot_offered: [list]\n")
    with running(always_400) as url:
        words = ["check", url, "--safe", "--quiet", "--profile", str(profile), "--out", str(tmp_path / "out")]
        result = CliRunner().invoke(
            group, words, standalone_mode=False, env={"CALLPARK_TOKEN": "t0ken-t0ken"}
        )
    record_file = tmp_path / "out" / "record.ndjson"

    assert result.return_value in (1, 3)
    assert not record_file.exists() or not [
        line for line in read_record(record_file).rulings if line.verdict == "pass"
    ]
