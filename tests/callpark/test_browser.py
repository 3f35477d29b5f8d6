"""The report of a check in a real browser, as wide as a desk and as narrow as a telephone."""

import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.chromium

GOLDEN = Path(__file__).parents[1] / "reporting" / "golden"
"""Small reports with everything in them."""

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory, callpark_mock_url):
    """The report on a mock that conforms, and on one that does not."""
    from callpark.command_line import main
    from mockserver import defects
    from mockserver.app import build
    from mockserver.serving.server import running
    from mockserver.settings import Settings

    folder = tmp_path_factory.mktemp("pages")
    with running(build(Settings(defect=defects.defect("left-parked")))) as defective:
        for name, url, status in (("conforms", callpark_mock_url, 0), ("fails", defective, 1)):
            with pytest.raises(SystemExit) as ended:
                main(["check", url, "--quiet", "--format", "html", "--out", str(folder / name)])
            assert ended.value.code == status
    return folder


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        yield browser
        browser.close()


@pytest.mark.parametrize("name", ["conforms", "fails"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_fits_and_needs_nobody(browser, pages, name, width, scheme):
    requests, said = [], []
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    address = (pages / name / "report.html").as_uri()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= width
    assert requests == [address]
    assert said == []


@pytest.fixture
def report(browser, pages):
    """The report on the mock that fails, in a page of its own."""
    page = browser.new_page(viewport={"width": 820, "height": 900})
    page.goto((pages / "fails" / "report.html").as_uri())
    yield page
    page.close()


def shown(page, selector):
    return [each for each in page.query_selector_all(selector) if each.is_visible()]


def test_the_report_is_searched_by_keyboard(report):
    rows = len(shown(report, ".clauses > tbody > tr"))
    report.keyboard.press("/")
    report.keyboard.type("leaves-lot PARKING")
    report.locator("#filter-said", has_text="shown").wait_for()
    found = shown(report, ".clauses > tbody > tr")
    assert 0 < len(found) < rows
    assert "parking/leaves-lot" in [each.get_attribute("id") for each in found]
    assert all("leaves-lot" in each.text_content() for each in found)
    assert all("leaves-lot" in each.text_content() for each in shown(report, "#exchanges > details"))
    assert len(shown(report, ".clauses")) == 1
    assert not shown(report, "#at-a-glance, #timing, #this-run")
    told = int(report.inner_text("#filter-said").split()[0])
    assert told == len(
        shown(report, ".clauses tr[id], .finding, .observations tbody tr, .reading, #exchanges details")
    )
    report.keyboard.press("Escape")
    assert len(shown(report, ".clauses > tbody > tr")) == rows
    assert report.inner_text("#filter-said") == ""


def test_one_verdict_alone_is_shown(report):
    report.select_option("#filter-verdict", "fail")
    marks = [each.get_attribute("data-standing") for each in shown(report, ".clauses > tbody > tr, .finding")]
    assert set(marks) == {"fail"}
    assert not shown(report, "#exchanges")
    report.get_by_role("button", name="Show all").click()
    assert shown(report, "#exchanges")


def test_a_link_to_what_is_filtered_out_or_folded_shows_it(report):
    report.select_option("#filter-verdict", "fail")
    report.click(".finding .refs a")
    anchor = report.evaluate("location.hash").removeprefix("#")
    opened = report.locator(f"[id='{anchor}']")
    assert opened.evaluate("each => each.open")
    assert opened.is_visible()
    assert report.input_value("#filter-verdict") == ""


def test_paper_shows_no_controls(report):
    report.emulate_media(media="print")
    assert not shown(report, "#filter, nav")
    assert shown(report, ".histogram .bar")


@pytest.mark.parametrize("name", ["everything", "unreachable"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(color_scheme=scheme, bypass_csp=True)
    page.goto((GOLDEN / f"{name}.html").as_uri())
    found = Axe().run(page).response["violations"]
    page.close()
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


def test_the_report_can_be_read_without_script(browser, pages):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((pages / "fails" / "report.html").as_uri())
    text = page.inner_text("body")
    assert not page.is_visible("#filter")
    context.close()
    assert "Does not conform to the page" in text
    assert "parking/leaves-lot" in text
