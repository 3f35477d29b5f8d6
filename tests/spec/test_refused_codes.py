"""Error codes: their statuses, and whether they stand on the page.

Each row is added to the end of its file; the line that the refusal must name is marked `# here`.
"""

import pytest

# file, what is added, the key that the refusal names, words of its reason
ADDITIONS = {
    "code without statuses": (
        "codes.yaml",
        """\
new_code:
  statuses: []  # here
  meaning: M
  source: S
""",
        "new_code.statuses",
        "one or more statuses from 400 to 599",
    ),
    "code with a success": (
        "codes.yaml",
        """\
new_code:
  statuses: [200]  # here
  meaning: M
  source: S
""",
        "new_code.statuses",
        "one or more statuses from 400 to 599",
    ),
    "text for a status": (
        "codes.yaml",
        """\
new_code:
  statuses: ['400']  # here
  meaning: M
  source: S
""",
        "new_code.statuses",
        "a number is expected, not text",
    ),
    "documented code that is nowhere": (
        "codes.yaml",
        """\
new_code:
  statuses: [400]
  meaning: M
  source: S
  documented: true  # here
""",
        "new_code.documented",
        "the code does not stand on the page",
    ),
}


@pytest.mark.parametrize("rule", ADDITIONS)
def test_it_is_refused_where_it_stands(broken, rule):
    broken.refuses_addition(*ADDITIONS[rule])


def test_a_documented_code_that_does_not_say_so_is_refused(broken):
    broken.replace("codes.yaml", "  documented: true\n", "")

    refused = broken.refusal()

    assert (refused.file, refused.key) == ("codes.yaml", "pc_timeout_invalid")
    assert "the code stands on the page" in str(refused)


def test_a_code_is_not_both_documented_and_invented(broken):
    broken.replace("codes.yaml", "  documented: true\n", "  documented: true\n  invented: true\n")

    assert broken.refusal().key == "pc_timeout_invalid.invented"
