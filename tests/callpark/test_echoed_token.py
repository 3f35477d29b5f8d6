"""A check of a target that says its secrets back: they are in no file and not on the screen."""

import base64
import json
import os
import re
from urllib.parse import quote

import pytest

from callpark.formats import FILES
from tests.servers.parrot import REFRESH, Parrot
from tests.servers.quoting import quoting

TOKEN = "s3cr3t/t0ken+of.user=12"
KEY = "k3y-of-the/gateway"
CLIENT_SECRET = "cl1ent/s3cret+of.app"
OTHER = "0ther/thing+that.nobody=sees"


@pytest.fixture
def parrot():
    with quoting(Parrot, issued="") as server:
        yield server


@pytest.fixture
def checked(parrot, tmp_path, capfd):
    """Checks the parrot with a profile; every file that was written, and the screen, by name."""
    from callpark.command_line import main

    def check(profile, *options):
        calls = [{"userId": "12", "extension": "0003*210", "phoneCallId": f"{n:020x}", "phoneCallViewId": "01"}
                 for n in range(40)]  # fmt: skip
        (tmp_path / "calls.json").write_text(json.dumps({"calls": calls}))
        (tmp_path / "profile.yaml").write_text(
            f"name: a parrot\ninventory: {tmp_path / 'calls.json'}\n"
            f"not_offered: [list, other_token, expired_token]\nsettle: 0.1\n{profile}"
        )
        out = tmp_path / "out"
        url = "http://{}:{}".format(*parrot.server_address)
        formats = [word for name in FILES for word in ("--format", name)]
        with pytest.raises(SystemExit):
            main(["check", url, "--profile", str(tmp_path / "profile.yaml"), "--rung", "inventory",
                  "--clause", "failure", "--clause", "access", "--out", str(out), *formats, *options])  # fmt: skip
        written = {path.name: path.read_bytes().decode() for path in out.iterdir()}
        assert set(written) == {*FILES.values(), "record.ndjson"}
        return written | {"the screen": "".join(capfd.readouterr())}

    return check


def assert_nowhere(secret, written):
    """As it is, and as anybody could read it who decodes what he finds."""
    plain = secret.lower()
    spellings = (plain, quote(secret, safe="").lower(), secret.encode().hex())
    encoded = [base64.b64encode(lead + secret.encode()).decode()[4:-4] for lead in (b"", b"1", b"12")]
    for name, text in written.items():
        shown = re.sub(r"\\+u00([0-9a-f]{2})|\\+x([0-9a-f]{2})", _character, text).replace("\\", "")
        for each in {text, shown}:
            for spelled in spellings:
                assert spelled not in each.lower(), (name, spelled)
            for spelled in encoded:
                assert spelled not in each, (name, spelled)


def _character(found):
    return chr(int(found[1] or found[2], 16))


def test_no_secret_is_anywhere(checked, parrot, monkeypatch):
    monkeypatch.setenv("CALLPARK_TOKEN", TOKEN)
    monkeypatch.setenv("PBX_SECRET", OTHER)
    written = checked(
        "token_env: CALLPARK_TOKEN\nsecret_env: [PBX_SECRET]\n",
        "--header", f"X-Api-Key: {KEY}",
        "--header", "X-Also: ${PBX_SECRET}",
    )  # fmt: skip
    assert {f"Bearer {TOKEN}", KEY, OTHER} <= parrot.heard
    for name in ("${token}", "${header_x_api_key}", "${PBX_SECRET}"):
        assert name in written["record.ndjson"]
    assert '\\"X-Api-Key: ${header_x_api_key}\\"' in written["record.ndjson"]
    for secret in (TOKEN, KEY, OTHER):
        assert_nowhere(secret, written)


def test_what_the_token_endpoint_gives_is_nowhere(checked, parrot, monkeypatch):
    parrot.issued = TOKEN
    monkeypatch.setenv("CALLPARK_CLIENT_SECRET", CLIENT_SECRET)
    written = checked("client_id: app\n")
    assert f"Bearer {TOKEN}" in parrot.heard
    assert "${issued_refresh_token}" in written["record.ndjson"]
    assert "${client_secret}" in written["record.ndjson"]
    for secret in (TOKEN, REFRESH, CLIENT_SECRET):
        assert_nowhere(secret, written)


@pytest.fixture
def profile(profiled):
    """Describes the parrot, with calls to retrieve and its token in the environment."""
    return profiled(TOKEN, calls=40, not_offered="list, other_token, expired_token", settle=0.1)


def test_no_secret_is_in_what_pytest_shows(parrot, profile):
    from contract_tests.pytest_run import TargetRun

    run = TargetRun.against(
        "http://{}:{}".format(*parrot.server_address),
        profile=profile,
        lane="conform",
        reading="document",
        cases=(),
        record=None,
    )

    assert f"Bearer {TOKEN}" in parrot.heard
    assert any("${token}" in ruling.actual for ruling in run.rulings.values())
    assert_nowhere(TOKEN, {case: repr(ruling) for case, ruling in run.rulings.items()})


def test_no_secret_is_in_what_a_finding_says_that_is_played_again(parrot, profile):
    from contract_tests.approach import approach
    from contract_tests.lanes.explore import play_again
    from contract_tests.lanes.finding import Finding
    from contract_tests.lanes.steps import Step
    from contract_tests.profile import read_profile

    described = read_profile(profile, os.environ)
    at = approach("http://{}:{}".format(*parrot.server_address), run="again", profile=described)
    finding = Finding(clause="request/documented-example", steps=(Step(does="park"), Step(does="unpark")))
    (wrong,) = play_again(finding, target=at.target, rung=at.rung, world=described.world())
    at.target.close()

    assert "400 ${token}" in wrong
    assert_nowhere(TOKEN, {"what is wrong": wrong})
