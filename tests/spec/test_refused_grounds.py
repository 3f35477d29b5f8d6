"""What a clause rests on: words that stand on the page, or another source.

Each row is added to the end of its file; the line that the refusal must name is marked `# here`.
"""

import pytest

# file, what is added, the key that the refusal names, words of its reason
ADDITIONS = {
    "must without a quote": (
        "clauses/access.yaml",
        """\
access/new:  # here
  level: must
  text: T.
  line: 9
""",
        "access/new",
        "level must needs the key `quote`",
    ),
    "must without a line": (
        "clauses/access.yaml",
        """\
access/new:  # here
  level: must
  text: T.
  quote: The request
""",
        "access/new",
        "level must needs the key `line`",
    ),
    "example without a quote": (
        "clauses/access.yaml",
        """\
access/new:  # here
  level: example
  text: T.
""",
        "access/new",
        "level example needs the key `quote`",
    ),
    "derived without a source": (
        "clauses/access.yaml",
        """\
access/new:  # here
  level: derived
  text: T.
""",
        "access/new",
        "level derived needs the key `source`",
    ),
    "silent with a quote and no source": (
        "clauses/access.yaml",
        """\
access/new:  # here
  level: silent
  text: T.
  quote: The request
  line: 9
""",
        "access/new",
        "level silent needs the key `source`",
    ),
    "derived with a quote and no line": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  quote: The request  # here
""",
        "access/new.quote",
        "`quote` without `line`",
    ),
    "derived with a line and no quote": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  line: 9  # here
""",
        "access/new.line",
        "`line` without `quote`",
    ),
    "derived with a quote that is nowhere": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  quote: Never written.  # here
  line: 9
""",
        "access/new.quote",
        "it stands nowhere on the page",
    ),
    "quote that is nowhere": (
        "clauses/access.yaml",
        """\
access/new:
  level: must
  text: T.
  quote: Never written.  # here
  line: 9
""",
        "access/new.quote",
        "on line 9; it stands nowhere on the page",
    ),
    "quote that starts a line later": (
        "clauses/access.yaml",
        """\
access/new:
  level: must
  text: T.
  quote: Action must be set to UnPark.  # here
  line: 83
""",
        "access/new.quote",
        "on line 83; it starts on line 84",
    ),
    "quote below the end of the page": (
        "clauses/access.yaml",
        """\
access/new:
  level: must
  text: T.
  quote: Action must be set to UnPark.  # here
  line: 1000
""",
        "access/new.quote",
        "on line 1000; it starts on line 84",
    ),
    "silent with a reason why there is no defect": (
        "clauses/access.yaml",
        """\
access/new:
  level: silent
  text: T.
  source: S.
  no_defect: R.  # here
""",
        "access/new.no_defect",
        "a clause of level silent is observed only and needs no reason",
    ),
    "silent with a reason why it is not tested": (
        "clauses/access.yaml",
        """\
access/new:
  level: silent
  text: T.
  source: S.
  not_tested: R.  # here
""",
        "access/new.not_tested",
        "a clause of level silent is observed only and needs no reason",
    ),
    "two reasons": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  not_tested: R.
  no_defect: R.  # here
""",
        "access/new.no_defect",
        "`not_tested` is reason enough",
    ),
    "second quote of a reading": (
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
    - {quote: 202 Accepted, line: 148}
    - {quote: 203 Accepted, line: 148}  # here
""",
        "new-one.page_says[2].quote",
        "it stands nowhere on the page",
    ),
    "quote of a reading without a line": (
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
    - quote: 202 Accepted  # here
""",
        "new-one.page_says[1]",
        "the key `line` is missing",
    ),
}


@pytest.mark.parametrize("rule", ADDITIONS)
def test_it_is_refused_where_it_stands(broken, rule):
    broken.refuses_addition(*ADDITIONS[rule])
