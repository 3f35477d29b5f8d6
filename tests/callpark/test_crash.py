"""What is said when callpark itself fails: where, and no secret."""

import pytest

from contract_tests.check import Check
from mockserver.app import build
from mockserver.serving.server import running

SECRET = "t0p-s3cret-of-the-user"


@pytest.fixture(scope="module")
def url():
    with running(build()) as url:
        yield url


@pytest.fixture(autouse=True)
def _planted(monkeypatch):
    """A fault that tells all that a check knows."""

    def failing(self):
        raise RuntimeError(f"planted: {dict(self.target.secrets)} {self.target.headers}")

    monkeypatch.setattr(Check, "run", failing)


@pytest.mark.parametrize("how", ["option", "glued", "file", "environment", "other-name", "header", "scheme"])
def test_a_crash_tells_no_secret(callpark, url, tmp_path, monkeypatch, how):
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    arguments = {
        "option": ["--token", SECRET],
        "glued": [f"--token={SECRET}"],
        "file": ["--token-file", file],
        "environment": [],
        "other-name": [],
        "header": ["--header", f"X-Api-Key: {SECRET}"],
        "scheme": ["--header", f"Proxy-Authorization: Bearer {SECRET}"],
    }[how]
    profile = []
    if variable := {"environment": "MY_OWN_TOKEN", "other-name": "MY_OWN_PAT"}.get(how):
        monkeypatch.setenv(variable, SECRET)
        described = tmp_path / "profile.yaml"
        described.write_text(f"token_env: {variable}\n", encoding="utf-8")
        profile = ["--profile", described]
    monkeypatch.setattr("contract_tests.preflight.preflight", _ready)
    done = callpark("check", url, *arguments, *profile)
    assert done.status == 5
    assert "planted" in done.err
    assert "callpark failed on its own" in done.err
    assert SECRET not in done.out + done.err


def test_a_crash_tells_no_token_that_was_fetched(callpark, url, monkeypatch):
    monkeypatch.setenv("CALLPARK_CLIENT_SECRET", SECRET)
    done = callpark("check", url, "--client-id", "12")
    assert done.status == 5
    assert "planted" in done.err
    assert SECRET not in done.err
    assert "${token}" in done.err
    assert "mock.default.1" not in done.err.replace("mock.default.13", "")


def _ready(_target, _profile, rung):
    from contract_tests.preflight import Ready

    return Ready(rung=rung)


def test_the_help_of_token_says_who_can_read_it_and_what_keeps_it_from_them(callpark):
    said = " ".join(callpark("check", "--help").out.split())
    assert "everybody on this machine to read in the process list" in said
    assert "CALLPARK_TOKEN or --token-file keep it out" in said
