"""Values that are of another kind, or out of their range.

Each row is added to the end of its file; the line that the refusal must name is marked `# here`.
"""

import pytest

# file, what is added, the key that the refusal names, words of its reason
ADDITIONS = {
    "no such level": (
        "clauses/access.yaml",
        """\
access/new:
  level: should  # here
  text: T.
  source: S.
""",
        "access/new.level",
        "`should` is no level; one of must, example, derived, silent",
    ),
    "empty text": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  not_tested: ''  # here
""",
        "access/new.not_tested",
        "the text is empty",
    ),
    "nothing for a text": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  not_tested:  # here
""",
        "access/new.not_tested",
        "text is expected, not nothing",
    ),
    "number for a text": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  not_tested: 12  # here
""",
        "access/new.not_tested",
        "text is expected, not a number; put it in quotation marks",
    ),
    "date for a text": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  not_tested: 2012-06-27  # here
""",
        "access/new.not_tested",
        "text is expected, not a date; put it in",
    ),
    "list for a text": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  not_tested: [x]  # here
""",
        "access/new.not_tested",
        "text is expected, not a list",
    ),
    "text for a number": (
        "clauses/access.yaml",
        """\
access/new:
  level: must
  text: T.
  quote: The request
  line: nine  # here
""",
        "access/new.line",
        "a number is expected, not text",
    ),
    "number of another base": (
        "clauses/access.yaml",
        """\
access/new:
  level: must
  text: T.
  quote: The request
  line: 0x9  # here
""",
        "access/new.line",
        "a plain whole number is expected, not 0x9",
    ),
    "text for a list": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  codes: access_denied  # here
""",
        "access/new.codes",
        "a list is expected, not text",
    ),
    "number in a list of texts": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  codes: [400]  # here
""",
        "access/new.codes",
        "text is expected, not a number",
    ),
    "empty text in a list": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  readings: ['']  # here
""",
        "access/new.readings",
        "`` is not in readings.yaml",
    ),
    "text for a clause": (
        "clauses/access.yaml",
        """\
access/new: T.  # here
""",
        "access/new",
        "a mapping is expected, not text",
    ),
    "text for a quote": (
        "readings.yaml",
        """\
new-one:
  title: T
  question: Q
  table: A
  document: B
  mock: M
  source: S
  page_says:
    - 202 Accepted  # here
""",
        "new-one.page_says[1]",
        "a mapping is expected, not text",
    ),
    "text for a flag": (
        "readings.yaml",
        """\
new-one:
  title: T
  question: Q
  table: A
  document: B
  mock: M
  source: S
  general: maybe  # here
""",
        "new-one.general",
        "true or false is expected, not text",
    ),
}


@pytest.mark.parametrize("rule", ADDITIONS)
def test_it_is_refused_where_it_stands(broken, rule):
    broken.refuses_addition(*ADDITIONS[rule])
