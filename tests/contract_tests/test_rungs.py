"""The ways to get a parked call: each gives what the contract of the rungs says."""

import base64
import json
import shlex
import sys
from dataclasses import replace

import pytest

from contract_tests.approach import approach
from contract_tests.draft import listing
from contract_tests.exchange import Response
from contract_tests.profile import Profile
from contract_tests.sighting import Presence, sight
from contract_tests.state import hook
from contract_tests.state.api import ApiRung
from contract_tests.state.control import control_rung
from contract_tests.state.hook import WITNESS_VIEW, hook_rung
from contract_tests.state.rung import RungError, calls_from
from contract_tests.target import MORE_TRIES
from contract_tests.wire import NoAnswer
from mockserver.app import build
from mockserver.serving.server import running
from tests.servers import HOSTILE, RIGHT

HOOK = """
import json, sys
question = json.load(sys.stdin)
params = question["params"]
print(json.dumps({"calls": [
    {"userId": params["userId"], "extension": params["extension"], "phoneCallId": f"{question['state']}{n}",
     "phoneCallViewId": params.get("phoneCallViewId", "01")}
    for n in range(params.get("count", 0))
]}))
"""


@pytest.fixture(scope="module")
def mock_url():
    with running(build()) as url:
        yield url


def rung_of(url, name):
    return approach(url, run=f"rung-{name}", rung=name)


def listed(approached, call):
    answer = approached.target.exchange(listing(call.user, call.extension, call.id))
    return sight(answer, call.id)


@pytest.mark.parametrize("name", ["control", "api"])
def test_calls_of_a_rung_are_in_the_state_it_says(mock_url, name):
    found = rung_of(mock_url, name)
    parked, elsewhere, talking = found.rung.parked(2), found.rung.parked(1, "0003*211"), found.rung.talking()

    assert len({call.id for call in [*parked, *elsewhere, talking]}) == 4
    assert {call.extension for call in parked} == {"0003*210"}
    assert [call.extension for call in elsewhere] == ["0003*211"]
    assert all(listed(found, call).parking for call in [*parked, *elsewhere])
    assert not talking.parked
    assert listed(found, talking).is_on_call_with("0003*210")
    assert all(call.view in {view.id for view in listed(found, call).views} for call in parked)
    found.target.close()


@pytest.mark.parametrize("name", ["control", "api"])
def test_released_calls_are_gone(mock_url, name):
    found = rung_of(mock_url, name)
    calls = [*found.rung.parked(1), found.rung.witness()]
    found.rung.release(calls)
    found.rung.release(calls)

    assert [listed(found, call).presence for call in calls] == [Presence.ABSENT] * 2
    found.target.close()


def test_the_api_rung_asks_vendor_methods_only(mock_url):
    found, seen = rung_of(mock_url, "api"), []
    found.target.watch = seen.append
    found.rung.release(found.rung.parked(1))

    assert {exchange.request.method for exchange in seen} == {"POST", "GET", "PUT", "DELETE"}
    assert all(exchange.request.target.startswith("/uapi/phoneCalls/") for exchange in seen)
    found.target.close()


def losing(target, lost, when):
    """The target, of whose POSTs as many as in `lost` are true lose their way there, or their answer."""
    send, posts = target._send, []

    def lossy(request):
        if request.method == "POST":
            posts.append(request)
            if lost and lost.pop(0):
                if when == "answer":
                    send(request)
                raise NoAnswer("connection reset by peer")
        return send(request)

    target._send = lossy
    return posts


def calls_at(extension, target):
    response = target.exchange(listing("12", extension, None), role="after").response
    return {call["id"] for call in json.loads(response.body)["entry"]}


@pytest.fixture
def closed_at_the_end():
    """Hands what was approached through."""
    approached = []
    yield lambda found: approached.append(found) or found
    for found in approached:
        found.target.close()


@pytest.mark.parametrize(("when", "posts"), [("answer", 2), ("request", 3)])
def test_a_lost_answer_makes_no_second_phone_ring(mock_url, closed_at_the_end, when, posts):
    """A call that came about all the same is found in the listing; one that did not is placed once more."""
    found = closed_at_the_end(rung_of(mock_url, "api"))
    rung = replace(found.rung, sleep=lambda seconds: None, patience=1.0)
    there = calls_at("0003*210", found.target)
    (before,) = rung.parked(1)
    placed = losing(found.target, [True], when)
    calls = [before, *rung.parked(1), rung.talking()]

    assert len({call.id for call in calls}) == 3
    assert len(placed) == posts
    assert calls_at("0003*210", found.target) == there | {call.id for call in calls}
    rung.release(calls)


def test_a_call_that_cannot_be_placed_is_told_with_what_may_ring(mock_url, closed_at_the_end):
    found = closed_at_the_end(rung_of(mock_url, "api"))
    rung = replace(found.rung, sleep=lambda seconds: None, patience=1.0)
    posts = losing(found.target, [True] * 9, "request")
    with pytest.raises(RungError, match=r"connection reset by peer; 0003\*\d+ may ring all the same"):
        rung.talking()

    assert len(posts) == 2


def test_a_target_that_went_away_is_not_called_again_and_again(mock_url, closed_at_the_end):
    found = closed_at_the_end(rung_of(mock_url, "api"))
    rung = replace(found.rung, sleep=lambda seconds: None)
    send, sent = found.target._send, []

    def gone(request):
        sent.append(request.method)
        if "POST" in sent:
            raise NoAnswer("connection reset by peer")
        return send(request)

    found.target._send = gone
    with pytest.raises(RungError, match="may ring all the same"):
        rung.talking()

    assert sent == ["GET", "POST", *["GET"] * (1 + MORE_TRIES)]


@pytest.mark.parametrize("status", [None, 500, 200])
def test_where_it_is_not_known_who_talked_before_nobody_is_taken_for_the_call_that_got_lost(
    mock_url, closed_at_the_end, status
):
    found = closed_at_the_end(rung_of(mock_url, "api"))
    somebodys = replace(found.rung, sleep=lambda seconds: None).talking()
    rung = replace(found.rung, sleep=lambda seconds: None, patience=1.0)
    posts = losing(found.target, [True], "request")
    send, asked = found.target._send, []

    def unlisted(request):
        asked.append(request.method)
        if "POST" in asked:
            return send(request)
        if status is None:
            raise NoAnswer("connection reset by peer")
        return Response(status=status, body=b"[1]")

    found.target._send = unlisted
    with pytest.raises(RungError, match="may ring all the same"):
        rung.talking()

    assert len(posts) == 1
    rung.release([somebodys])


def test_the_control_plane_gives_the_witness_a_view_of_its_own(mock_url):
    found = rung_of(mock_url, "control")

    assert found.rung.witness().view == WITNESS_VIEW
    found.target.close()


def test_a_hook_url_sets_calls_up(world):
    with RIGHT["literal"]() as server:
        rung = hook_rung(server.hook, world)
        calls = rung.parked(2)
        rung.release(calls)

    assert rung.name == "hook"
    assert [(call.user, call.extension, call.parked) for call in calls] == [("12", "0003*210", True)] * 2


def test_a_hook_command_reads_the_question_on_its_input(tmp_path, world):
    script = tmp_path / "park it.py"
    script.write_text(HOOK, encoding="utf-8")
    rung = hook_rung(shlex.join([sys.executable, str(script)]), world)

    assert [call.id for call in rung.parked(2)] == ["parked0", "parked1"]
    assert rung.witness().view == WITNESS_VIEW
    assert rung.talking().id == "talking0"
    assert not rung.talking().parked
    rung.release(rung.parked(1))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise SystemExit('no lines free')", "no lines free"),
        ("print('hello')", "no JSON"),
        ("print('{}')", '{"calls": [...]}'),
        ("print('{\"calls\": []}')", "1 calls were asked of the hook, 0 came"),
    ],
)
def test_a_hook_command_that_fails_says_what_it_said(world, code, said):
    with pytest.raises(RungError) as raised:
        hook_rung(shlex.join([sys.executable, "-c", code]), world).parked(1)
    assert said in str(raised.value)


@pytest.mark.parametrize("hook", ["/no/such/program", "unclosed 'quote", "http://127.0.0.1:9/hook"])
def test_a_hook_that_is_not_there_is_a_rung_error(world, hook):
    with pytest.raises(RungError, match="the hook"):
        hook_rung(hook, world).parked(1)


@pytest.mark.parametrize("status", [404, 500])
def test_a_hook_url_that_refuses_is_a_rung_error(world, raw_server, answered, status):
    with pytest.raises(RungError, match=f"answered {status}"):
        hook_rung(raw_server(answered(status, b"nope")).url, world).parked(1)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"calls": {}},
        {"calls": [{}]},
        {"calls": [{"userId": 12, "extension": "x"}]},
        {"calls": ["x"]},
    ],
    ids=repr,
)
def test_an_answer_that_breaks_the_contract_is_named(value):
    with pytest.raises(RungError, match=r"calls"):
        calls_from(value, parked=True)


def test_lines_to_see_it_again_are_shell_comments_or_commands(mock_url, world, call):
    found = rung_of(mock_url, "control")
    first, lines = found.rung.script.before, found.rung.script.again(call)
    found.target.close()

    assert first[0].startswith("export CALLPARK_TOKEN=")
    assert json.loads(shlex.split(first[1])[-1])["state"] == "empty"
    assert json.loads(shlex.split(lines[0])[-1])["params"]["phoneCallId"] == call.id
    assert shlex.split(hook_rung("./park.sh", world).script.again(call)[0], comments=True)[-1] == "./park.sh"


@pytest.mark.parametrize(("status", "body"), [(500, b"no"), (200, b"no")])
def test_a_hook_that_fails_is_named_without_its_password(world, raw_server, answered, status, body):
    url = raw_server(answered(status, body)).url.replace("//", "//ci:p%40ssword@")
    with pytest.raises(RungError, match=r"the hook http://ci:\$\{hook_password\}@") as failed:
        hook_rung(url, world).parked(1)

    assert "p%40ssword" not in str(failed.value)


def test_of_a_refusal_no_beginning_of_a_secret_is_told(world, raw_server, answered, target_at):
    """What is told of an answer ends somewhere, and that may be inside a secret."""
    refusing = raw_server(answered(500, b"x" * 195 + b"pass-word-of-the-hook and t0ken-of-the-user"))
    url = refusing.url.replace("//", "//ci:pass-word-of-the-hook@")
    target = target_at(refusing.url, secrets={"token": "pass-word-of-the-hook"})
    sleep = target.sleep
    for rung in (
        hook_rung(url, world),
        ApiRung(target, world, "0003*211", sleep),
        control_rung(target, world, "default"),
    ):
        with pytest.raises(RungError, match="answered") as failed:
            rung.parked(1)
        assert "xxx" in str(failed.value)
        assert "pas" not in str(failed.value).partition("xxx")[2]


def test_of_a_hook_that_fails_no_end_of_a_secret_is_told(world):
    script = "import sys; sys.exit('t0ken-of-the-user' + 'x' * 190)"
    rung = hook_rung(f'{sys.executable} -c "{script}"', world, {"token": "t0ken-of-the-user"})
    with pytest.raises(RungError, match=r"x{190}") as failed:
        rung.parked(1)
    assert "user" not in str(failed.value).partition("ended with")[2]


@pytest.mark.parametrize(
    ("before", "behind", "shown"),
    [
        ("", "", "/hook"),
        ("t0ken-of-ci@", "", "/hook"),
        ("ci:p%40ss@", "?api_key=k3y-value&n=1", "/hook?api_key=${hook_api_key}&n=1"),
        ("", "?q=caf\xe9#part", "/hook?q=caf\xe9#part"),
    ],
)
def test_a_hook_is_asked_as_its_url_says_and_told_without_what_lets_in(
    world, call, raw_server, answered, before, behind, shown
):
    server = raw_server(answered(200, b"no"))
    url = server.url.replace("//", f"//{before}") + "/hook" + behind
    rung = hook_rung(url, world)
    with pytest.raises(RungError) as failed:
        rung.parked(1)

    ((head, body),) = server.requests
    target = f"/hook{behind.partition('#')[0]}".replace("\xe9", "%C3%A9").encode()
    assert head.startswith(b"POST %s HTTP/1.1\r\n" % target)
    user, _, password = before.rstrip("@").replace("%40", "@").partition(":")
    basic = base64.b64encode(f"{user}:{password}".encode())
    assert (b"Authorization: Basic " + basic in head) is bool(before)
    assert json.loads(body)["state"] == "parked"
    assert shown in str(failed.value)
    for said in (str(failed.value), *rung.script.again(call)):
        assert not any(secret in said for secret in ("t0ken-of-ci", "p%40ss", "k3y-value"))


@pytest.mark.parametrize(
    "hook", ["http://[::1/hook", "http://h:99999/", "http://h:0/", "http:///hook", "https://u:pw-pw@/x"]
)
def test_a_hook_that_is_no_url_is_told_in_a_line(world, raw_server, hook):
    with pytest.raises(RungError, match="no URL that can be asked") as failed:
        hook_rung(hook, world)
    assert "pw-pw" not in str(failed.value)
    with pytest.raises(RungError, match="no URL that can be asked"):
        approach(raw_server().url, run="r", profile=Profile(secrets={"token": "t0ken"}, hook=hook))


def test_a_hook_that_leads_elsewhere_says_where_to(world, raw_server, answered):
    server = raw_server(answered(307, b"", Location="http://127.0.0.1:9/there"))
    with pytest.raises(RungError, match=r"answered 307, to 'http://127.0.0.1:9/there'; name the one that"):
        hook_rung(server.url, world).parked(1)


def test_a_hook_that_drips_is_left(world, monkeypatch):
    """It says something now and then, and never comes to an end."""
    monkeypatch.setattr(hook, "PATIENCE", 0.3)
    with HOSTILE["drips_headers"][0]() as server, pytest.raises(RungError, match=r"longer than 0\.3 seconds"):
        hook_rung(server.url + "/dripping", world).parked(1)


def test_a_profile_names_the_hook(raw_server):
    profile = Profile(secrets={"token": "t0ken-t0ken"}, hook="./park.sh", destination=None)
    found = approach(raw_server().url, run="r", profile=profile, rung="hook")

    assert found.rung.name == "hook"
    found.target.close()
