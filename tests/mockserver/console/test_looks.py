"""The pages as they look: on a desk and on a telephone, light and dark, and to a screen reader."""

import pytest

pytestmark = pytest.mark.chromium

PAGES = ["console", "docs", "docs/control"]


@pytest.fixture(params=PAGES)
def path(request):
    return request.param


def visit(page, mock, path):
    mock.control("PUT", "terminals/0003*211", {"pickup": "never"})
    mock.control("POST", "calls", {"state": "parked", "maxInParking": 25})
    mock.control("POST", "calls", {"state": "ringing", "extension": "0003*211", "other": "+15550123"})
    mock.control("POST", "faults", {"fault": "EMPTY_RESPONSE", "strikes": "after", "times": 1, "nth": 5})
    mock.unpark(phoneCallViewId="77")
    mock.unpark(callerId=None)
    page.goto(f"{mock.url}/_mock/{path}")
    page.get_by_role("heading").first.wait_for()
    if path == "console":
        page.locator("#journal .entry").first.wait_for()
        page.locator(".chip").wait_for()
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_needs_nobody(make_page, mock, said, path, width, scheme):
    page = make_page(width, scheme)
    visit(page, mock, path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_serious(make_page, mock, path, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = make_page(width, scheme)
    visit(page, mock, path)
    found = Axe().run(page).response["violations"]
    serious = [
        (each["id"], node["target"], node["failureSummary"])
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
    assert serious == []


def test_axe_finds_nothing_serious_in_an_open_dialog(console):
    from axe_playwright_python.sync_playwright import Axe

    console.get_by_role("button", name="Code for slot").first.click()
    found = Axe().run(console).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_would_find_what_cannot_be_read(make_page, mock, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = make_page(1280, scheme)
    visit(page, mock, "console")
    page.evaluate("document.querySelectorAll('.facts').forEach(each => { each.style.color = '#888' })")
    page.evaluate("document.querySelectorAll('.facts').forEach(each => { each.style.background = '#999' })")
    assert "color-contrast" in {each["id"] for each in Axe().run(page).response["violations"]}
