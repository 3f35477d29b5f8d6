"""Pages of other origins, and names that are bound to this machine after the fact, do not reach /_mock."""

import json

import httpx
import pytest

from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings

pytestmark = pytest.mark.chromium

ATTEMPTS = {
    "a simple request": "fetch(url, {method: 'POST', mode: 'no-cors', body: '{}'})",
    "a request with a preflight": (
        "fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})"
    ),
    "a request with a body that says it is text": "fetch(url, {method: 'POST', body: '{}'})",
    "a beacon": "Promise.resolve(navigator.sendBeacon(url, new Blob(['{}'], {type: 'text/plain'})))",
}


@pytest.fixture(scope="module")
def elsewhere():
    """A developer's own page on another port of this machine."""

    async def page(scope, receive, send):
        headers = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"<!doctype html><title>elsewhere</title>"})

    with running(page) as url:
        yield url


@pytest.fixture
def stranger(make_page, elsewhere):
    page = make_page()
    page.goto(elsewhere)
    return page


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_page_of_another_origin_changes_nothing(stranger, mock, attempt):
    mock.unpark()
    before = mock.control("GET", "state")
    url = json.dumps(f"{mock.url}/_mock/reset")
    stranger.evaluate(f"(async url => {{ try {{ await {ATTEMPTS[attempt]} }} catch {{}} }})({url})")
    assert mock.control("GET", "state") == before


def test_a_form_of_another_origin_changes_nothing(stranger, mock):
    mock.unpark()
    before = mock.control("GET", "state")
    stranger.evaluate(
        """url => { const form = document.createElement("form"); form.method = "post"; form.action = url;
        form.enctype = "text/plain"; document.body.append(form); form.submit(); }""",
        f"{mock.url}/_mock/reset",
    )
    stranger.wait_for_url("**/_mock/reset")
    assert "origin_refused" in stranger.inner_text("body")
    assert mock.control("GET", "state") == before


@pytest.mark.parametrize("path", ["state", "events", "openapi.json", "console"])
def test_a_page_of_another_origin_reads_nothing(stranger, mock, path):
    url = f"{mock.url}/_mock/{path}"
    read = "async url => { try { return await (await fetch(url)).text() } catch (error) { return String(error) } }"
    assert stranger.evaluate(read, url) == "TypeError: Failed to fetch"
    heard = (
        "url => new Promise(done => { const source = new EventSource(url);"
        " source.onmessage = source.onopen = () => done('heard'); source.onerror = () => done('refused') })"
    )
    assert stranger.evaluate(heard, url) == "refused"


def test_a_page_of_another_origin_cannot_frame_the_console(stranger, mock):
    stranger.evaluate(
        """url => new Promise(done => { const frame = document.createElement("iframe"); frame.src = url;
        frame.onload = done; document.body.append(frame); })""",
        f"{mock.url}/_mock/console",
    )
    assert all(not frame.url.startswith(mock.url) for frame in stranger.frames)


def test_a_link_of_another_origin_may_lead_to_the_console(stranger, mock):
    stranger.evaluate("url => { location.href = url }", f"{mock.url}/_mock/console")
    stranger.locator("#link[data-linked=true]").wait_for()


def test_the_vendors_paths_are_open_to_that_page(stranger, mock):
    """The control: what is refused above is refused by rule, and not because nothing works."""
    url = f"{mock.url}/uapi/phoneCalls/12/@self"
    ask = "async url => (await fetch(url, {headers: {Authorization: 'Bearer mock.default.12'}})).status"
    assert stranger.evaluate(ask, url) == 200
    assert stranger.evaluate("async url => (await fetch(url)).status", url) == 401


@pytest.mark.parametrize("path", ["state", "console", "console/main.js", "events", "health", "reset"])
def test_a_name_bound_to_this_machine_is_refused(make_page, mock, path):
    page = make_page()
    answer = page.goto(f"http://rebound.example:{mock.port}/_mock/{path}")
    assert answer.status == 403
    assert json.loads(answer.text())["error"]["code"] == "host_refused"


def test_a_rebound_page_changes_nothing(make_page, mock):
    """It is of the same origin for the browser: only the Host gives it away."""
    mock.unpark()
    before = mock.control("GET", "state")
    page = make_page()
    page.goto(f"http://rebound.example:{mock.port}/uapi/")
    ask = "async () => { const answer = await fetch('/_mock/reset', {method: 'POST'}); return answer.status }"
    assert page.evaluate(ask) == 403
    assert mock.control("GET", "state") == before


def test_a_mock_with_a_control_token_asks_for_it_once(make_page, open_console, said):
    with running(build(Settings(clock="manual", control_token="open sesame"))) as url:
        assert httpx.get(f"{url}/_mock/state", trust_env=False).status_code == 401
        page = make_page()
        page.goto(f"{url}/_mock/console")
        page.get_by_label("Control token").fill("open sesame")
        page.get_by_role("button", name="Open the console").click()
        page.locator("#board .slot").first.wait_for()
        page.reload()
        page.locator("#board .slot").first.wait_for()
        page.goto("about:blank")
    assert [text for text in said if "401" not in text] == []


def test_a_control_token_in_the_fragment_is_taken_and_hidden(make_page):
    with running(build(Settings(clock="manual", control_token="open sesame"))) as url:
        page = make_page()
        page.goto(f"{url}/_mock/console#token=open%20sesame")
        page.locator("#board .slot").first.wait_for()
        assert page.url == f"{url}/_mock/console"
        page.goto("about:blank")
