"""Keys that nobody knows, that are missing, or that stand twice.

Each row is added to the end of its file; the line that the refusal must name is marked `# here`.
"""

import pytest

# file, what is added, the key that the refusal names, words of its reason
ADDITIONS = {
    "unknown key of a clause": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  quotes: x  # here
""",
        "access/new.quotes",
        "unknown key; did you mean `quote`?",
    ),
    "unknown key unlike any other": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  zzz: x  # here
""",
        "access/new.zzz",
        "unknown key; known keys: level, text, quote",
    ),
    "unknown key of a reading": (
        "readings.yaml",
        """\
new-one:
  title: T
  question: Q
  table: A
  document: B
  mock: M
  source: S
  tabel: x  # here
""",
        "new-one.tabel",
        "did you mean `table`?",
    ),
    "unknown key of a code": (
        "codes.yaml",
        """\
new_code:
  statuses: [400]
  meaning: M
  source: S
  status: 1  # here
""",
        "new_code.status",
        "did you mean `statuses`?",
    ),
    "unknown key of a quote": (
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
    - quote: 202 Accepted
      lines: 148  # here
""",
        "new-one.page_says[1].lines",
        "did you mean `line`?",
    ),
    "clause without a level": (
        "clauses/access.yaml",
        """\
access/new:  # here
  text: T.
""",
        "access/new",
        "the key `level` is missing",
    ),
    "clause without a text": (
        "clauses/access.yaml",
        """\
access/new:  # here
  level: must
""",
        "access/new",
        "the key `text` is missing",
    ),
    "reading without a question": (
        "readings.yaml",
        """\
new-one:  # here
  title: T
  table: A
  document: B
  mock: M
  source: S
""",
        "new-one",
        "the key `question` is missing",
    ),
    "code without a meaning": (
        "codes.yaml",
        """\
new_code:  # here
  statuses: [400]
  source: S
""",
        "new_code",
        "the key `meaning` is missing",
    ),
    "key that stands twice": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  text: Again.  # here
""",
        "access/new.text",
        "the key stands twice, first on line",
    ),
    "key that is a list": (
        "clauses/access.yaml",
        """\
? [a, b]  # here
: c
""",
        "(file)",
        "a key must be text, not a list",
    ),
}


@pytest.mark.parametrize("rule", ADDITIONS)
def test_it_is_refused_where_it_stands(broken, rule):
    broken.refuses_addition(*ADDITIONS[rule])
