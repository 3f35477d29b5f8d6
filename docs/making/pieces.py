"""Pieces of Markdown: cells that keep their pipes, tables, headings, pages that say where they come from."""

from collections.abc import Iterable, Sequence


def prose(text: str) -> str:
    """One line of plain words: outside of code, `<` and `*` mean themselves."""
    parts = " ".join(text.split()).split("`")
    parts[::2] = [part.replace("\\", "\\\\").replace("*", "\\*").replace("<", "\\<") for part in parts[::2]]
    return "`".join(parts)


def cell(text: str) -> str:
    """One line, with nothing in it that would end the cell."""
    return prose(text).replace("|", "\\|")


def code(text: str) -> str:
    """As code; a text with a backtick in it gets two around it."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        _row(head),
        _row(["---"] * len(head)),
        *(_row([cell(each) for each in row]) for row in rows),
        "",
    ]


def page(title: str, made_from: str, lines: Iterable[str]) -> str:
    """The text of a page. Whoever opens it to edit it reads first where it comes from."""
    head = [
        f"<!-- Made by `make docs` from {made_from}; changes made here are lost. -->",
        "",
        f"# {title}",
        "",
    ]
    text = "\n".join(line.rstrip() for line in [*head, *lines])
    return text.rstrip("\n") + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
