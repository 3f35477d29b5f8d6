"""The report of a check in a real browser, as wide as a desk and as narrow as a telephone."""

import shutil

import pytest

pytestmark = pytest.mark.chromium

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
    from mockserver.serving import running
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


def test_the_report_can_be_read_without_script(browser, pages):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((pages / "fails" / "report.html").as_uri())
    text = page.inner_text("body")
    context.close()
    assert "Does not conform to the page" in text
    assert "parking/leaves-lot" in text
