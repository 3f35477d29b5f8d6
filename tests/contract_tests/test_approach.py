"""What is found at a URL, and how it is checked."""

import pytest

from contract_tests.approach import NoSuchRung, NoToken, approach
from contract_tests.profile import Profile
from contract_tests.target import TargetUnreachable, UnusableTarget
from mockserver.app import build
from mockserver.serving.server import running


@pytest.fixture(scope="module")
def mock_url():
    with running(build()) as url:
        yield url


@pytest.fixture
def approached(request):
    def make(url, **settings):
        found = approach(url, run="r1", **settings)
        request.addfinalizer(found.target.close)
        return found

    return make


def test_our_mock_is_checked_in_a_session_of_its_own(approached, mock_url):
    found = approached(mock_url)

    assert found.rung.name == "control"
    assert found.profile.secrets["token"] == "mock.check-r1.12"
    assert found.note == ""


def test_our_mock_with_a_token_is_checked_in_that_tokens_session(approached, mock_url):
    found = approached(mock_url, tokens={"token": "mock.mine.12"})
    (call,) = found.rung.parked(1)

    assert found.profile.secrets == {"token": "mock.mine.12"}
    assert call.extension == "0003*210"


def test_another_server_needs_a_token(approached, raw_server):
    with pytest.raises(NoToken, match="CALLPARK_TOKEN"):
        approached(raw_server().url)


def test_without_a_profile_the_pages_world_is_assumed_and_said(approached, raw_server):
    found = approached(raw_server().url, tokens={"token": "t0ken-t0ken"}, rung="api")

    assert "No profile" in found.note
    assert "0003*210" in found.note


def test_a_given_token_wins_over_the_profiles(approached, raw_server):
    profile = Profile(secrets={"token": "from-profile"}, hook="./park.sh")
    found = approached(raw_server().url, profile=profile, tokens={"token": "from-option"}, rung="hook")

    assert found.profile.secrets["token"] == "from-option"
    assert found.rung.name == "hook"


@pytest.mark.parametrize("rung", ["control", "hook", "api", "inventory"])
def test_a_rung_that_cannot_be_used_says_why(approached, raw_server, rung):
    profile = Profile(secrets={"token": "t0ken-t0ken"}, destination=None)
    with pytest.raises(NoSuchRung, match=rung):
        approached(raw_server().url, profile=profile, rung=rung)


def test_nobody_there_and_no_url_are_told_apart(approached):
    with pytest.raises(TargetUnreachable):
        approached("http://127.0.0.1:9")
    with pytest.raises(UnusableTarget):
        approached("127.0.0.1:9")
