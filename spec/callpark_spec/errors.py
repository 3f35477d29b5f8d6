"""What goes wrong when the catalogue is read.

Exception
├── CatalogueError   the data break a rule of the catalogue
└── LookupError
    └── UnknownId    somebody asks for a clause, a reading or a code that there is not
"""

from collections.abc import Iterable


class CatalogueError(Exception):
    """A file of the catalogue breaks a rule; says where, what, and what to do about it."""

    def __init__(self, file: str, line: int, key: str, problem: str, hint: str = "") -> None:
        super().__init__(file, line, key, problem, hint)
        self.file = file
        self.line = line
        self.key = key
        self.problem = problem
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: {self.key}: {self.problem}"
        return visible(f"{where}; {self.hint}" if self.hint else where)


class UnknownId(LookupError):
    """An id that the catalogue does not have."""

    def __init__(self, kind: str, wanted: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.wanted = wanted
        self.nearest = nearest(wanted, known)
        super().__init__(kind, wanted, self.nearest)

    def __str__(self) -> str:
        missing = f"there is no {self.kind} `{self.wanted}`"
        return f"{missing}; did you mean `{self.nearest}`?" if self.nearest else missing


def instead(wanted: str, known: Iterable[str]) -> str:
    """What to offer for a word that nobody knows: the known one most like it, or else all of them."""
    words = list(known)
    near = nearest(wanted, words)
    return f"did you mean {near!r}?" if near else f"allowed: {', '.join(words)}"


def visible(text: str) -> str:
    """Words that quote a file, with an escape for each character that a terminal would obey or not show."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode()
        for each in text
    )


def nearest(wanted: str, known: Iterable[str]) -> str:
    """The known word most like the wanted one, or nothing when none is like it."""
    from difflib import get_close_matches  # only a mistake pays for it

    return next(iter(get_close_matches(wanted, list(known), n=1, cutoff=0.5)), "")
