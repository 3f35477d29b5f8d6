"""What `make audit` makes of what pip-audit says, and of a network without a database."""

import json
import sys

import pytest

from tests.repository.audit import audit

GOOD = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
LEFT_OUT = {"name": "c", "skip_reason": "not on the index"}


def saying(text, *, complaint=""):
    """A command that prints this, whatever it is asked."""
    return [sys.executable, "-c", f"import sys; print({text!r}); sys.stderr.write({complaint!r})"]


@pytest.mark.parametrize(
    ("dependencies", "status", "words"),
    [
        ([GOOD], 0, "nothing is known against the 1 locked packages"),
        ([GOOD, BAD], 1, "b 2: PYSEC-1, mended in 3"),
        ([GOOD, LEFT_OUT], 3, "c: not judged, not on the index"),
        ([LEFT_OUT], 3, "could not be judged: the database knows none of the 1 locked packages"),
        ([BAD, LEFT_OUT], 1, "c: not judged"),
    ],
)
def test_what_is_known_is_told(dependencies, status, words):
    found, lines = audit(saying(json.dumps({"dependencies": dependencies})))
    assert found == status
    assert words in "\n".join(lines)


def test_where_no_database_can_be_reached_nothing_is_judged():
    status, lines = audit(saying("", complaint="ConnectionError: no route"))
    assert status == 3
    assert lines == [
        "could not be judged: no vulnerability database can be reached (ConnectionError: no route)"
    ]


def test_a_command_that_is_not_there_is_no_good_news():
    status, lines = audit(["no-such-program-of-callpark"])
    assert status == 3
    assert "cannot be run" in lines[0]
