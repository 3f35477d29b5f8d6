"""Takes the pictures of the README: `python docs/making/pictures.py`, what `make pictures` does. Needs chromium."""

import shutil
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings

CHECKOUT = Path(__file__).parents[2]
REPORT = CHECKOUT / "reports" / "timeout-with-unit" / "report.html"
SIZE = {"width": 1200, "height": 760}
START = 1_767_225_600.0


def report(browser: Browser, folder: Path) -> None:
    page = browser.new_page(viewport=SIZE, color_scheme="light")
    page.goto(REPORT.as_uri())
    page.screenshot(path=folder / "report.png")
    page.close()


def console(browser: Browser, folder: Path) -> None:
    with running(build(Settings(scenario="busy-lobby", clock="manual", start=START))) as url:
        httpx.post(f"{url}/_mock/clock/advance", json={"seconds": 25})
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        page.goto(f"{url}/_mock/console")
        page.get_by_text("0003*210").first.wait_for()
        page.screenshot(path=folder / "console.png", animations="disabled")
        page.close()


folder = CHECKOUT / "docs" / "pictures"
folder.mkdir(parents=True, exist_ok=True)
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
    )
    report(browser, folder)
    console(browser, folder)
    browser.close()
