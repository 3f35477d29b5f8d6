"""The page's words in their context, for every clause there is."""

from __future__ import annotations

import pytest

from callpark_spec import Clause, load
from contract_tests.reporting.evidence import excerpt, status_line
from contract_tests.reporting.printable import one_line, printable

PAGE = load().page
QUOTING = [clause for clause in load().clauses.values() if clause.quote is not None]


@pytest.mark.parametrize("clause", QUOTING, ids=lambda clause: clause.id)
def test_every_quote_is_marked_between_its_neighbours(clause: Clause) -> None:
    assert clause.quote is not None
    assert clause.line is not None
    lines = excerpt(PAGE, clause.quote, clause.line)
    marked = " ".join(line.quoted for line in lines)
    assert marked.split() == clause.quote.split()
    assert [line.number for line in lines] == sorted(line.number for line in lines)
    assert any(line.number == clause.line and line.quoted for line in lines)
    for line in lines:
        assert line.before + line.quoted + line.after == PAGE.lines[line.number - 1]
    assert not lines[0].quoted or clause.line == 1
    assert not lines[-1].quoted


def test_a_quote_over_two_lines_is_marked_on_both() -> None:
    lines = excerpt(PAGE, '{"id":"b817d2618fe6f1804333", "extension":"0003*210",', 151)
    assert [(line.number, bool(line.quoted)) for line in lines] == [
        (149, False),
        (151, True),
        (152, True),
        (153, False),
    ]


def test_a_status_that_nobody_registered_stands_alone() -> None:
    assert (status_line(204), status_line(299)) == ("204 No Content", "299")


def test_what_would_act_is_shown() -> None:
    assert printable("a\x1b[2J\r\n\tb\u202e\ud800\x9b") == "a\\x1b[2J\\x0d\n\tb\\u202e\\ud800\\x9b"


def test_a_line_is_cut_to_cells_and_not_to_characters() -> None:
    assert one_line("電話が鳴る", 6) == "電話…"
    assert one_line("two\r\nlines\tand a tab") == "two lines and a tab"
