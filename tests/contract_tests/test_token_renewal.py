"""A token that ends in the middle of a check is renewed and costs no verdict; one that cannot be is one line."""

import json
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from contract_tests.approach import NoToken, approach
from contract_tests.credentials import Client, Credentials, NoTokenIssued
from contract_tests.draft import listing
from contract_tests.exchange import Request
from contract_tests.lanes.twins import Twins
from contract_tests.preflight import preflight
from contract_tests.profile import Profile
from contract_tests.record.reader import read_record
from contract_tests.redaction import Redaction, SecretRefused
from contract_tests.rejudge import rejudge
from contract_tests.target import Target
from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings
from mockserver.tokens import read_token
from tests.servers.literal import LiteralServer, RefusedError

SECRET = "s3cret/of+the=app"
CLIENT = Client(id="renewal.12", secret=SECRET)
OWN = (("Authorization", "Bearer ${token}"),)
LISTING = listing("12", "0003*210", None)


@dataclass
class Ageing:
    """A mock whose tokens of one session end after every so many requests to the API; `issues` tokens at the most."""

    every: int
    issues: int = 10**6
    tokens: list = field(default_factory=list)
    asked: int = 0

    def __post_init__(self):
        self.mock = build(Settings(clock="manual"))

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith("/uapi"):
            self.asked += 1
            if self.asked % self.every == 0:
                self.mock.sessions.open("renewal").move_by(3601)
        if scope["type"] != "http" or scope["path"] != "/oauth/token.php":
            await self.mock(scope, receive, send)
        elif len(self.tokens) >= self.issues:
            await self._refuse(send)
        else:
            await self.mock(scope, receive, self._noted(send))

    def _noted(self, send):
        async def noted(message):
            if message.get("body"):
                self.tokens.append(json.loads(message["body"])["access_token"])
            await send(message)

        return noted

    async def _refuse(self, send):
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        body = json.dumps({"error": "invalid_client", "error_description": f"{SECRET} was revoked"})
        await send({"type": "http.response.body", "body": body.encode()})


@contextmanager
def approached(server, **settings):
    with running(server) as url:
        found = approach(url, run="test", client=CLIENT, **settings)
        try:
            yield found
        finally:
            found.target.close()


def test_tokens_that_end_in_the_middle_cost_no_verdict(harness, catalogue):
    steady, ageing = Ageing(every=10**6), Ageing(every=15)
    results = []
    for server in (steady, ageing):
        with approached(server) as found:
            results.append(harness.run(found.target, found.rung, found.profile))
    without, renewed = results

    assert len(steady.tokens) == 1
    assert len(ageing.tokens) > 5
    assert renewed.exit_code == without.exit_code == 0
    assert renewed.verdicts() == without.verdicts()
    text = renewed.record.decode()
    assert not [token for token in ageing.tokens if token in text]
    assert SECRET not in text
    assert "client_secret=${client_secret}" in text
    assert '"access_token\\":\\"${token}' in text


def test_a_record_with_renewals_can_be_judged_again(harness, catalogue, tmp_path):
    with approached(Ageing(every=20)) as found:
        checked = harness.run(found.target, found.rung, found.profile)
    path = tmp_path / "record.ndjson"
    path.write_bytes(checked.record)
    record = read_record(path)
    assert [line.request.target for line in record.exchanges].count("/oauth/token.php") >= 3
    assert rejudge(record, catalogue).changed == ()
    assert record.header.profile["client_id"] == CLIENT.id


def test_a_token_that_is_not_renewed_is_told_once_and_nothing_more_is_sent(harness):
    server = Ageing(every=40, issues=1)
    with approached(server) as found:
        checked = harness.run(found.target, found.rung, found.profile)
    assert server.asked <= 42
    assert checked.exit_code == 3
    assert found.target.lost == (
        "the token has ended and was not renewed: the token endpoint /oauth/token.php answered 401"
        " (invalid_client: ${client_secret} was revoked); check the client id and its secret"
    )
    assert SECRET.encode() not in checked.record
    assert checked.clauses("fail") == checked.clauses("wrong-code") == set()


class Ending(LiteralServer):
    """A server whose valid token is one no more after so many requests to the API."""

    def __init__(self, after):
        super().__init__()
        self.after, self.asked = after, 0

    def authenticate(self, authorization):
        self.asked += authorization == f"Bearer {self.token}"
        if self.asked > self.after and authorization == f"Bearer {self.token}":
            raise RefusedError(401, "access_denied", "The access token has expired.")
        return super().authenticate(authorization)


def checked_until_the_end(harness, after, **plan):
    with Ending(after) as server:
        secrets = {"token": server.token, "other_token": server.other_token}
        not_offered = ("expired_token", *plan.pop("not_offered", ()))
        profile = Profile(secrets=secrets, hook=server.hook, settle=0.1, not_offered=not_offered)
        found = approach(server.url, run="test", profile=profile, rung="hook")
        preflight(found.target, found.profile, found.rung)
        checked = harness.run(found.target, found.rung, found.profile, **plan)
        return checked, found.target.lost, server.asked


@pytest.mark.parametrize("not_offered", [(), ("list",)])
@pytest.mark.parametrize("after", [3, 4, 5, 8, 21, 22, 60, 100, 101])
def test_a_static_token_that_ends_is_told_and_accuses_nobody(harness, after, not_offered):
    checked, lost, asked = checked_until_the_end(harness, after, not_offered=not_offered)

    assert checked.exit_code == 3
    assert checked.findings("document") == checked.findings("table") == []
    assert lost.startswith("the token has ended")
    assert any(lost in row.actual for row in checked.under())
    assert asked <= after + 4


def test_a_static_token_that_ends_while_exploring_leaves_it_inconclusive(harness):
    checked, lost, _ = checked_until_the_end(harness, 700, lane="explore")

    assert lost
    assert checked.exit_code == 3
    assert checked.findings("document") == []
    assert any(lost in row.actual for row in checked.under() if row.verdict == "inconclusive")


def test_a_refusal_of_the_own_token_is_evidence_as_long_as_the_token_is_good(harness):
    checked, lost, _ = checked_until_the_end(harness, 10**6)

    assert (checked.exit_code, lost) == (0, "")


@pytest.fixture
def target_with(target_at):
    def make(url, *, client=CLIENT, **secrets):
        credentials = Credentials(
            {"token": "first.token", "expired_token": "old.token", **secrets}, client=client, probe=LISTING
        )
        seen = []
        target = target_at(url, secrets=credentials, watch=seen.append)
        target.seen = seen
        return target

    return make


def issuing(answered, accepted):
    """Answers a token request with `renewed.token` and the API with 200 for the tokens that are accepted."""

    def answer(request):
        head, _ = request
        if b"/oauth/token.php" in head.splitlines()[0]:
            return answered(200, b'{"access_token": "renewed.token", "expires_in": 3600}')
        bearer = re.search(rb"(?i)authorization: Bearer (\S+)", head)
        good = bearer is not None and bearer[1] in accepted
        return answered(200, b"{}") if good else answered(401, b'{"error": {"code": "access_denied"}}')

    return answer


def paths(server):
    return [head.split(b" ")[1].decode() for head, _ in server.requests]


def test_a_refusal_for_age_is_asked_again_once_with_a_new_token(raw_server, answered, target_with):
    server = raw_server(issuing(answered, [b"renewed.token"]))
    target = target_with(server.url)
    exchange = target.exchange(Request(method="PUT", target="/uapi/x", headers=OWN), case="a/b")

    assert exchange.response.status == 200
    assert paths(server) == ["/uapi/x", LISTING.target, "/oauth/token.php", "/uapi/x"]
    assert [(one.number, one.role, one.case) for one in target.seen] == [
        (1, "set-up", ""),
        (2, "set-up", ""),
        (3, "set-up", ""),
        (4, "request", "a/b"),
    ]
    assert b"client_secret=s3cret%2Fof%2Bthe%3Dapp" in server.requests[2][1]
    assert target.seen[2].request.body.endswith(b"client_secret=${client_secret}&type=unifiedapi")


def test_a_fresh_token_goes_to_the_same_server_behind_a_balancer(raw_server, answered, target_with):
    """The cookie that ties to one server is the user's, whose calls are there, whatever his token is by now."""
    answering = issuing(answered, [b"renewed.token"])

    def tying(request):
        return answering(request).replace(b"\r\n", b"\r\nSet-Cookie: node=7; Path=/\r\n", 1)

    server = raw_server(tying)
    target = target_with(server.url)
    target.exchange(Request(method="PUT", target="/uapi/x", headers=OWN))

    tied = [b"Cookie: node=7" in head for head, _ in server.requests]
    assert paths(server) == ["/uapi/x", LISTING.target, "/oauth/token.php", "/uapi/x"]
    assert tied == [False, True, False, True]


def test_a_refusal_with_a_good_token_stands(raw_server, answered, target_with):
    def answer(request):
        return answered(403 if b"/uapi/x" in request[0] else 200)

    server = raw_server(answer)
    target = target_with(server.url)
    exchange = target.exchange(Request(method="PUT", target="/uapi/x", headers=OWN), case="a/b")

    assert exchange.response.status == 403
    assert paths(server) == ["/uapi/x", LISTING.target]
    assert [(one.number, one.role) for one in target.seen] == [(1, "request"), (2, "set-up")]


@pytest.mark.parametrize(
    "headers",
    [
        (("Authorization", "Bearer ${expired_token}"),),
        (("Authorization", "Bearer never.issued.token"),),
        (("Authorization", "${token}"),),
        (),
    ],
)
def test_what_is_about_tokens_is_never_renewed(raw_server, answered, target_with, headers):
    server = raw_server(issuing(answered, []))
    exchange = target_with(server.url).exchange(Request(method="PUT", target="/uapi/x", headers=headers))

    assert exchange.response.status == 401
    assert paths(server) == ["/uapi/x"]


def test_without_a_client_nothing_is_renewed(raw_server, answered, target_with):
    server = raw_server(issuing(answered, []))
    assert target_with(server.url, client=None).exchange(LISTING).response.status == 401
    assert len(server.requests) == 1


def test_a_new_token_that_is_refused_as_well_is_not_renewed_again(raw_server, answered, target_with):
    server = raw_server(issuing(answered, []))
    assert target_with(server.url).exchange(LISTING).response.status == 401
    assert paths(server).count("/oauth/token.php") == 1


def test_targets_that_race_renew_a_token_together(raw_server, answered, target_with):
    server = raw_server(issuing(answered, [b"renewed.token"]))
    target = target_with(server.url)
    twins = Twins(target, 3)
    request = Request(method="PUT", target="/uapi/x", headers=OWN)
    raced = twins.at_once([request] * 3, warm_up=LISTING, case="a/b", call=None)
    twins.close()

    assert [one.response.status for one in raced] == [200] * 3
    assert paths(server).count("/oauth/token.php") == 1
    assert sorted(one.request.target for one in target.seen) == sorted(paths(server))
    assert [one.number for one in target.seen] == list(range(1, len(target.seen) + 1))
    assert {one.number for one in raced} == {
        one.number for one in target.seen if one.case and one.role == "request"
    }


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (401, b'{"error": "invalid_client"}', r"answered 401 \(invalid_client\); check the client id"),
        (400, b"<html>", r"answered 400; check the client id"),
        (500, b"[" * 50_000, r"answered 500; check"),
        (200, b"{}", r"answered 200 \(no access_token of 4 characters or more\)"),
        (200, b'{"access_token": "abc"}', "no access_token of 4 characters or more"),
        (200, b'{"access_token": 12345}', "no access_token"),
        (302, b"", "answered 302"),
        (404, b"<h1>Not Found</h1>", r"answered 404; is there one\?"),
        (400, b'{"error": "\\u001b[31m", "error_description": "x"}', r"\(\?\[31m: x\)"),
    ],
)
def test_a_token_endpoint_that_gives_none_is_told_in_a_line(
    raw_server, answered, target_with, status, body, message
):
    with pytest.raises(NoTokenIssued, match=message):
        target_with(raw_server(answered(status, body)).url).log_in()


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, b"access_token=t0k3n-value&token_type=bearer", {}),
        (200, b"<token>t0k3n-value</token>", {}),
        (200, b'"t0k3n-value"', {}),
        (200, b'[{"access_token": "t0k3n-value"}]', {}),
        (500, b'oops {"access_token": "t0k3n-value"', {}),
        (200, b'{"access_token": "t0k3n-value", "access_token": null}', {}),
        (302, b"", {"Location": "https://app.test/done#access_token=t0k3n-value"}),
        (302, b"", {"Location": "https://app.test/done?code=t0k3n-value"}),
    ],
)
def test_whatever_a_token_endpoint_answers_no_token_is_written_down(
    raw_server, answered, target_with, status, body, headers
):
    target = target_with(raw_server(answered(status, body, **headers)).url)
    redact = Redaction(target.secrets)
    target.tell_of_tokens(redact.also)
    with pytest.raises(NoTokenIssued) as failed:
        target.log_in()

    (told,) = target.seen
    assert (told.response.status, told.response.body_size) == (status, len(body))
    assert "t0k3n-value" not in redact(repr(told)) + str(failed.value)


def test_a_token_endpoint_that_does_not_answer_is_told_in_a_line(raw_server, target_with):
    with pytest.raises(NoTokenIssued, match=r"the token endpoint /oauth/token\.php does not answer: "):
        target_with(raw_server(lambda request: None).url).log_in()


def test_on_our_mock_the_client_id_says_which_session(callpark_mock_url):
    found = approach(callpark_mock_url, run="test", client=Client(id="lobby.12", secret="s3cret"))
    found.target.close()
    assert read_token(found.target.secrets["token"]).session == "lobby"
    assert found.profile.secrets["other_token"] == "mock.lobby.13"
    assert found.note == ""


def test_a_client_and_a_token_of_ones_own_do_not_go_together(callpark_mock_url):
    with pytest.raises(NoToken, match=r"with the client id renewal\.12, so no other token"):
        approach(callpark_mock_url, run="test", client=CLIENT, tokens={"token": "mock.default.12"})


def test_a_secret_too_short_to_be_hidden_is_refused(callpark_mock_url):
    with pytest.raises(SecretRefused):
        approach(callpark_mock_url, run="test", client=Client(id="12", secret="abc"))


def test_a_client_never_shows_its_secret():
    assert SECRET not in repr(CLIENT)
    assert SECRET not in repr(Profile(client=CLIENT))
    assert SECRET not in json.dumps(Profile(client=CLIENT).as_json())
    target = Target(
        url="http://h", secrets=Credentials({}, client=CLIENT), now=time.monotonic, sleep=time.sleep
    )
    assert SECRET not in repr(target)
    target.close()
