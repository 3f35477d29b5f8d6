"""Where a target leads a check: no other host gets the token, whatever points there."""

import time

import pytest

from contract_tests.approach import approach
from contract_tests.credentials import Client, NoTokenIssued
from contract_tests.exchange import Request
from contract_tests.preflight import NotReady
from contract_tests.profile import Profile
from contract_tests.state.hook import hook_rung
from contract_tests.state.rung import RungError
from contract_tests.target import Limits, Target
from tests.servers import HOSTILE
from tests.servers.base import Server
from tests.servers.treacherous import Witness, leading_to, linking_to

LIMITS = Limits(connect=0.5, answer=0.5, busy_tries=1, busy_wait=0.01)
REDIRECTS = ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
SECRET = "the-secret-of-the-app"
USER_TOKEN = "a-token-from-the-environment"


@pytest.fixture
def witness():
    with Witness() as witness:
        yield witness


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
def test_a_redirect_is_an_answer_and_not_followed(target_at, witness, status, method):
    own = (("Authorization", "Bearer ${token}"),)
    with leading_to(witness, status) as server:
        target = target_at(server.url, limits=LIMITS)
        exchange = target.exchange(Request(method=method, target="/uapi/phoneCalls/12/@self", headers=own))
    assert exchange.response.status == int(status[:3])
    assert witness.heads == []


@pytest.mark.parametrize("status", REDIRECTS)
def test_the_token_endpoint_leads_neither_client_nor_secret_elsewhere(witness, status):
    with leading_to(witness, status) as server, pytest.raises(NoTokenIssued, match=status[:3]):
        approach(server.url, run="r1", client=Client(id="12", secret=SECRET), rung="api")
    assert witness.heads == []


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_hook_leads_nowhere_either(witness, world, status):
    with leading_to(witness, status) as server, pytest.raises(RungError, match=status[:3]):
        hook_rung(f"{server.url}/hook", world).parked(1)
    assert witness.heads == []


def test_a_link_is_listed_at_the_target_whatever_host_it_names(harness, witness):
    secrets = {"token": Server.token, "other_token": Server.other_token}
    profile = Profile(secrets=secrets, settle=0.1, not_offered=("expired_token",))
    with linking_to(witness) as server:
        target = Target(url=server.url, secrets=secrets, now=time.monotonic, sleep=time.sleep, limits=LIMITS)
        rung = hook_rung(server.hook, profile.world())
        checked = harness.run(target, rung, profile, clauses=("request", "success"))
    assert checked.exit_code == 1
    assert witness.heads == []


def test_whoever_claims_to_be_our_mock_does_not_get_the_token_of_the_environment(harness):
    """Our mock is asked with tokens that are no secret; a liar learns nothing, and does not pass."""
    with HOSTILE["claims_to_be_ours"][0]() as server:
        heard, conduct = [], server.conduct

        def noted(exchange):
            heard.append(exchange.head + exchange.body)
            conduct(exchange)

        server.conduct = noted
        with pytest.raises(NotReady, match="control: the answer is not of the form"):
            approach(server.url, run="r1", fallback_tokens={"token": USER_TOKEN})
    assert heard
    assert not any(USER_TOKEN.encode() in each for each in heard)
