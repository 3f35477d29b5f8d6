"""What a check quotes of an answer it cuts to a length. No cut leaves the beginning of a secret behind."""

import os

import pytest

from callpark.formats import FILES
from tests.servers.mumbler import PLACES, Mumbler
from tests.servers.quoting import quoting

TOKEN = "qZ7x-Wk3v.Jd9r_Tb5n-Hg2y"
TELLING = 6
"""So many characters in a row are no accident."""


@pytest.fixture
def mumbler():
    with quoting(Mumbler, offset=0, place="code") as server:
        yield server


@pytest.fixture
def profile(profiled):
    return profiled(TOKEN, calls=400, not_offered="other_token, expired_token", settle=0.05)


def pieces(text):
    """Pieces of the token in a text, which may be escaped and folded into lines."""
    grams = [TOKEN[at : at + TELLING].lower() for at in range(len(TOKEN) - TELLING + 1)]
    flat = "".join(text.split()).replace("\\", "").lower()
    return [flat[max(0, flat.find(gram) - 60) :][:120] for gram in grams if gram in flat]


@pytest.mark.parametrize("offset", [70, 190, 590])
@pytest.mark.parametrize("place", PLACES)
def test_no_piece_of_a_token_is_in_a_file_or_on_the_screen(mumbler, profile, tmp_path, capfd, place, offset):
    from callpark.command_line import main

    mumbler.place, mumbler.offset = place, offset
    out = tmp_path / "out"
    clauses = [
        word
        for name in ("request/documented-example", "failure/view", "access")
        for word in ("--clause", name)
    ]
    formats = [word for name in FILES for word in ("--format", name)]
    with pytest.raises(SystemExit):
        main(["check", "http://{}:{}".format(*mumbler.server_address), "--profile", str(profile),
              "--rung", "inventory", *clauses, "--out", str(out), *formats])  # fmt: skip
    written = {path.name: path.read_text() for path in out.iterdir()} if out.exists() else {}
    assert TOKEN in mumbler.heard
    for name, text in (written | {"the screen": "".join(capfd.readouterr())}).items():
        assert pieces(text) == [], name
    assert place in ("header", "status line") or "${token}" in written["record.ndjson"]


@pytest.mark.parametrize(
    ("place", "offset"), [("id", 70), ("code", 590), ("header", 190), ("status line", 190)]
)
def test_no_piece_of_a_token_is_in_what_pytest_shows(mumbler, profile, place, offset):
    from contract_tests.pytest_run import TargetRun

    mumbler.place, mumbler.offset = place, offset
    run = TargetRun.against(
        "http://{}:{}".format(*mumbler.server_address),
        profile=profile,
        lane="conform",
        reading="document",
        cases=("request/documented-example/as-printed",),
        record=None,
    )
    assert TOKEN in mumbler.heard
    assert pieces(f"{run.trouble} {run.rulings!r}") == []


@pytest.mark.parametrize("offset", [190, 540, 590])
def test_no_piece_of_a_token_is_in_what_a_finding_says_that_is_played_again(mumbler, profile, offset):
    from contract_tests.approach import approach
    from contract_tests.lanes.explore import play_again
    from contract_tests.lanes.finding import Finding
    from contract_tests.lanes.steps import Step
    from contract_tests.profile import read_profile

    mumbler.offset = offset
    described = read_profile(profile, os.environ)
    at = approach("http://{}:{}".format(*mumbler.server_address), run="again", profile=described)
    finding = Finding(clause="request/documented-example", steps=(Step(does="park"), Step(does="unpark")))
    (wrong,) = play_again(finding, target=at.target, rung=at.rung, world=described.world())
    at.target.close()
    assert TOKEN in mumbler.heard
    assert "mmmm" in wrong
    assert pieces(wrong) == []
