"""A mock on a port, its clock standing still, and a browser that looks at its console."""

import re
import shutil
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings

CALL = "b817d2618fe6f1804333"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name of the attacker's that leads to this machine.
    "--host-resolver-rules=MAP rebound.example 127.0.0.1",
)


@dataclass
class Mock:
    url: str

    @property
    def port(self) -> int:
        return httpx.URL(self.url).port

    def control(self, method: str, path: str, body: Any = None, session: str = "default") -> Any:
        headers = {"X-Callpark-Session": session}
        answer = httpx.request(
            method, f"{self.url}/_mock/{path}", json=body, headers=headers, trust_env=False
        )
        answer.raise_for_status()
        return answer.json()

    def unpark(self, call: str = CALL, **members: Any) -> httpx.Response:
        body = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01", **members}
        return httpx.put(
            f"{self.url}/uapi/phoneCalls/12/0003*210/{call}",
            json=body,
            headers={"Authorization": "Bearer mock.default.12"},
            trust_env=False,
        )


@pytest.fixture(scope="module")
def serving():
    """One mock for a module; `mock` empties it."""
    with running(app := build(Settings(clock="manual"))) as url:
        yield app, Mock(url)


@pytest.fixture
def mock(serving):
    _, mock = serving
    for session in ("default", "other"):
        mock.control("PUT", "scenario", {"name": "documented"}, session=session)
    return mock


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def said():
    """What the page has complained about."""
    return []


@pytest.fixture
def make_page(browser, said):
    """A page of its own context; every complaint, and every request that leaves the mock, is noted in `said`."""
    contexts = []

    def make(width=1280, scheme="light", **settings):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce", **settings
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: _note_stranger(request.url, said))
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def console(make_page, mock, said):
    """The console of the default session, open and live."""
    page = make_page()
    open_console(page, mock)
    yield page
    assert said == []


def open_console(page, mock, session="default", fragment=""):
    page.goto(f"{mock.url}/_mock/console?session={session}{fragment}")
    page.locator("#link[data-linked=true]").wait_for()
    page.locator("#board .slot").first.wait_for()


@pytest.fixture(name="open_console")
def open_console_fixture():
    return open_console


def _note_stranger(url: str, said: list[str]) -> None:
    if not re.match(r"http://(127\.0\.0\.1|localhost)(:\d+)?/|data:|about:", url):
        said.append(f"a request to {url}")
