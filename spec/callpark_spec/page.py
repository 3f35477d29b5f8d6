"""The vendor's page: pinned by its sha256, quoted by line."""

from dataclasses import dataclass
from pathlib import Path

from callpark_spec.yaml_source import read_entry

RECORD = "page/page.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The text as it was pinned, and whose it is."""

    text: str
    sha256: str
    title: str
    url: str
    licence: str
    licence_url: str
    attribution: str

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.text.split("\n"))

    def has_quote(self, quote: str, line: int) -> bool:
        """Whether the quote starts on that line; blanks and line ends count as one blank."""
        if not 1 <= line <= len(self.lines):
            return False
        first = _collapse(self.lines[line - 1])
        following = _collapse("\n".join(self.lines[line - 1 :]))
        return 0 <= following.find(_collapse(quote)) < len(first)

    def line_of_quote(self, quote: str) -> int | None:
        """The first line on which the quote starts."""
        return next((line for line in range(1, len(self.lines) + 1) if self.has_quote(quote, line)), None)


def read_page(root: Path) -> Page:
    """Reads the page and its record; refuses a page that is not the pinned one."""
    import hashlib

    entry = read_entry(root, RECORD)
    entry.only(required=("file", "title", "url", "sha256", "licence", "licence_url", "attribution"))
    path = root / "page" / entry.text("file")
    if not path.is_file():
        raise entry.error("file", f"there is no file page/{path.name}")
    content = path.read_bytes()
    pinned, actual = entry.text("sha256"), hashlib.sha256(content).hexdigest()
    if actual != pinned:
        problem = f"page/{path.name} has the sha256 {actual}, the pinned page has {pinned}"
        raise entry.error("sha256", problem, "restore the page: a new one needs every clause read again")
    return Page(
        text=content.decode(),
        sha256=actual,
        title=entry.text("title"),
        url=entry.text("url"),
        licence=entry.text("licence"),
        licence_url=entry.text("licence_url"),
        attribution=entry.text("attribution"),
    )


def _collapse(text: str) -> str:
    return " ".join(text.split())
