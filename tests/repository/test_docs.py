"""The pages of docs/ hold: what they show is done as they say, links lead somewhere, the reference is the code's.

Every page with commands is done from top to bottom. Those whose commands other pages or tests do as well are left to
CALLPARK_LONG=1, as `make test-long` sets it: they take a good third of the time.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository.reader import CHECKOUT, PAGES, Reader, commands_of

DOCS = CHECKOUT / "docs"
TEXTS = {str(page.relative_to(CHECKOUT)): page.read_text(encoding="utf-8") for page in PAGES}
WITH_COMMANDS = [name for name, text in TEXTS.items() if name != "README.md" and commands_of(text)]
LONG = {
    "docs/explanation/readings.md",
    "docs/how-to/divide-a-check.md",
    "docs/how-to/live-with-known-findings.md",
    "docs/how-to/serve-https.md",
}
DONE = [name for name in WITH_COMMANDS if name not in LONG or os.environ.get("CALLPARK_LONG")]


def anchors(text):
    """What a link may name after #: ids, and headings as GitHub makes ids of them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


@pytest.mark.curl
@pytest.mark.node
@pytest.mark.parametrize("name", DONE)
def test_what_a_page_shows_is_done_as_it_says(tmp_path, name):
    reader = Reader(tmp_path, TEXTS[name])
    try:
        reader.follow(TEXTS[name])
    finally:
        reader.close()


def test_a_comment_between_commands_does_no_harm_where_the_shell_runs_it():
    """zsh takes `#` for a command when it is typed; a quote behind it swallows the lines below."""
    said = [each.said for text in TEXTS.values() for each in commands_of(text)]
    assert len(said) > 50
    assert [each for each in said if set(each) & set("'\"`$;&|<>")] == []


def test_the_reference_is_that_of_the_code(tmp_path):
    subprocess.run([sys.executable, DOCS / "making", tmp_path], check=True, cwd=CHECKOUT)
    made = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    assert made.pop("README.md") == TEXTS["README.md"], "figures of the README: run `make docs` and commit it"
    kept = {name: (DOCS / "reference" / name).read_text(encoding="utf-8") for name in made}
    behind = sorted(name for name in made if made[name] != kept[name])
    assert not behind, f"{', '.join(behind)} of docs/reference: run `make docs` and commit what it changes"
    marked = {
        file.name for file in (DOCS / "reference").glob("*.md") if "Made by `make docs`" in file.read_text()
    }
    assert marked == set(made)


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name):
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`(?!\])", "", TEXTS[name], flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        page = (CHECKOUT / name).parent / path if path else CHECKOUT / name
        assert page.exists(), link
        assert not anchor or anchor in anchors(page.resolve().read_text(encoding="utf-8")), link


def test_what_is_left_to_the_long_run_is_there():
    assert set(WITH_COMMANDS) > LONG


def test_the_readme_shows_pictures_that_are_small():
    pictures = [CHECKOUT / path for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXTS["README.md"])]
    assert {path.name for path in pictures} == {"report.png", "console.png"}
    for path in pictures:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size < 300_000


def test_every_page_is_in_the_table_of_contents():
    listed = set(re.findall(r"\]\(([^)#]+\.md)\)", TEXTS["docs/index.md"]))
    assert listed == {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"index.md"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages of the site by path, built as `make site` builds them."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(DOCS, folder / "docs")
    shutil.copy(CHECKOUT / "zensical.toml", folder)
    zensical = Path(sys.executable).with_name("zensical")
    done = subprocess.run(
        [zensical, "build", "--clean", "--strict"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    built = (folder / "build" / "site").resolve()
    return {page: page.read_text(encoding="utf-8") for page in built.rglob("*.html")}


def test_the_site_has_every_page_and_fetches_nothing(site):
    assert {page.name for page in site} >= {page.with_suffix(".html").name for page in DOCS.rglob("*.md")}
    for page, text in site.items():
        assert "```" not in text, f"{page.name}: a block is not taken for one"
        fetched = re.findall(
            r"<(?:script|img|link|iframe)\b[^>]*(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)", text
        )
        assert not fetched, page.name


def test_no_link_of_the_site_is_dead(site):
    links = 0
    for page, text in site.items():
        if page.name == "404.html":
            continue
        for link in re.findall(r"<a\b[^>]*href=\"?([^\"\s>]+)", text):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            found = (page.parent / path).resolve() if path else page
            found = found / "index.html" if found.is_dir() else found
            assert found in site, (page.name, link)
            ids = re.findall(r"\bid=\"?([^\"\s>]+)", site[found])
            assert not anchor or anchor in ids, (page.name, link)
            links += 1
    assert links > 500


def test_what_is_shown_is_of_a_kind_that_is_run_or_compared():
    kinds = {kind for text in TEXTS.values() for kind in re.findall(r"^```(\w+)", text, re.MULTILINE)}
    assert kinds <= {"bash", "js", "json", "python", "sh", "text", "yaml"}
