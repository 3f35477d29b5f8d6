"""Ids: slugs, one space of names, and references that lead somewhere.

Each row is added to the end of its file; the line that the refusal must name is marked `# here`.
"""

import pytest

# file, what is added, the key that the refusal names, words of its reason
ADDITIONS = {
    "twice in one file": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
access/new:  # here
  level: derived
  text: T.
  source: S.
""",
        "access/new",
        "stands twice",
    ),
    "a clause of another file": (
        "clauses/access.yaml",
        """\
failure/timeout/not-numeric:  # here
  level: derived
  text: T.
  source: S.
""",
        "failure/timeout/not-numeric",
        "taken already, in clauses/failure.yaml on line",
    ),
    "a reading with the id of a code": (
        "readings.yaml",
        """\
pc_timeout_invalid:  # here
  title: T
  question: Q
  table: A
  document: B
  mock: M
  source: S
""",
        "pc_timeout_invalid",
        "taken already, in codes.yaml on line",
    ),
    "another area than the file's": (
        "clauses/access.yaml",
        """\
body/new:  # here
  level: derived
  text: T.
  source: S.
""",
        "body/new",
        "does not start with the area of its file, `access/`",
    ),
    "only an area": (
        "clauses/access.yaml",
        """\
access:  # here
  level: derived
  text: T.
  source: S.
""",
        "access",
        "the id is no slug",
    ),
    "a capital": (
        "clauses/access.yaml",
        """\
access/New:  # here
  level: derived
  text: T.
  source: S.
""",
        "access/New",
        "the id is no slug",
    ),
    "a number first": (
        "clauses/access.yaml",
        """\
access/1st:  # here
  level: derived
  text: T.
  source: S.
""",
        "access/1st",
        "the id is no slug",
    ),
    "a dash last": (
        "clauses/access.yaml",
        """\
access/new-:  # here
  level: derived
  text: T.
  source: S.
""",
        "access/new-",
        "the id is no slug",
    ),
    "an empty part": (
        "clauses/access.yaml",
        """\
access//new:  # here
  level: derived
  text: T.
  source: S.
""",
        "access//new",
        "the id is no slug",
    ),
    "a reading with a slash": (
        "readings.yaml",
        """\
new/one:  # here
  title: T
  question: Q
  table: A
  document: B
  mock: M
  source: S
""",
        "new/one",
        "the id is no slug",
    ),
    "a code with a dash": (
        "codes.yaml",
        """\
new-code:  # here
  statuses: [400]
  meaning: M
  source: S
""",
        "new-code",
        "joined by _",
    ),
    "a clause names no reading": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  readings: [token-lifetimes]  # here
""",
        "access/new.readings",
        "`token-lifetimes` is not in readings.yaml; did you mean `token-lifetime`?",
    ),
    "a clause names no code": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  codes: [acess_denied]  # here
""",
        "access/new.codes",
        "`acess_denied` is not in codes.yaml; did you mean `access_denied`?",
    ),
    "a clause names nothing like a code": (
        "clauses/access.yaml",
        """\
access/new:
  level: derived
  text: T.
  source: S.
  codes: [zzz]  # here
""",
        "access/new.codes",
        "`zzz` is not in codes.yaml",
    ),
}


@pytest.mark.parametrize("rule", ADDITIONS)
def test_it_is_refused_where_it_stands(broken, rule):
    broken.refuses_addition(*ADDITIONS[rule])
