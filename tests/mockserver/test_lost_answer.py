"""After an answer that was lost a retry shows what a real retry would show: the call has left the lot already."""

import json
import subprocess

import httpx
import pytest

from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
ORDER = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
TOKEN = "Authorization: Bearer mock.default.12"

NODE = """
const [url, order] = process.argv.slice(1);
const headers = { "Authorization": "Bearer mock.default.12", "Content-Type": "application/json" };
const seen = [];
for (let attempt = 1; attempt <= 2; attempt++) {
  try {
    const answer = await fetch(url, { method: "PUT", headers, body: order });
    seen.push(answer.status);
  } catch (error) {
    seen.push(error.name);
  }
}
console.log(JSON.stringify(seen));
"""


@pytest.fixture
def url():
    """The next answer to an UnPark is lost."""
    with running(build(Settings(clock="manual"))) as url:
        wish = {"fault": "EMPTY_RESPONSE", "strikes": "after", "times": 1, "request": {"action": "UnPark"}}
        httpx.post(f"{url}/_mock/faults", json=wish, trust_env=False).raise_for_status()
        yield url


def told(url):
    """What a third look finds: (status that was sent, status that was lost, events), exchange by exchange."""
    entries = httpx.get(f"{url}/_mock/journal", trust_env=False).json()["entries"]
    return [
        (*map(status, (each["response"], each["lost"])), [event["event"] for event in each["events"]])
        for each in entries
        if each["kind"] == "exchange"
    ]


def status(reply):
    return reply and reply["status"]


ONCE_RETRIEVED = [(None, 200, ["RetrievalStarted", "CallRetrieved"]), (204, None, [])]


def test_with_httpx(url):
    headers = dict([TOKEN.split(": ")])
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.put(PATH, json=ORDER)
        assert client.put(PATH, json=ORDER).status_code == 204
        (call,) = client.get(PATH).json()["entry"]
    assert call["phoneCallView"][0]["extension"] == "0003*024"
    assert "parked" not in call["phoneCallView"][0]
    assert told(url)[:2] == ONCE_RETRIEVED


@pytest.mark.curl
def test_with_curl_that_retries_by_itself(url):
    command = [
        "curl", "--silent", "--retry", "1", "--retry-all-errors", "--retry-delay", "0", "--noproxy", "*",
        "-X", "PUT", "-H", TOKEN, "-H", "Content-Type: application/json", "-d", json.dumps(ORDER),
        "-w", "%{http_code} %{num_retries}", f"{url}{PATH}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.split()[0]) == (0, "204"), done
    assert told(url) == ONCE_RETRIEVED


@pytest.mark.curl
def test_curl_calls_it_an_empty_reply(url):
    done = subprocess.run(
        [
            "curl",
            "--silent",
            "--noproxy",
            "*",
            "-X",
            "PUT",
            "-H",
            TOKEN,
            "-d",
            json.dumps(ORDER),
            f"{url}{PATH}",
        ],
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 52


@pytest.mark.node
def test_with_fetch_of_node(url):
    done = subprocess.run(
        ["node", "--input-type=module", "-e", NODE, f"{url}{PATH}", json.dumps(ORDER)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["TypeError", 204]
    assert told(url) == ONCE_RETRIEVED
