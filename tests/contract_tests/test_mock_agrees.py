"""Two readings of one page: the checker has nothing to say against the mock, and names each of its defects.

A defect is looked for with the cases of its own clause, or with a sample where its clause has none of its own.
That no other case speaks first is a matter of the proof (`callpark prove`), which sends the whole table.
"""

from functools import partial

import pytest

from contract_tests.cases import all_cases
from mockserver.defect import Kind
from mockserver.defects import DEFECTS
from mockserver.variants import VARIANTS, policy_with

DEFAULT = "the default"
CLAUSES_WITH_CASES = {case.clause for case in all_cases()}
SAMPLE = (
    "request/payload-not-json/malformed",
    "request/content-type/with-charset",
    "uri/user-id/me/me",
    "uri/extension/number/number",
    "uri/extension/self/another-of-his",
    "payload/send-call-to/unknown/nobody",
    "payload/wait-for-pickup/optional/both-absent",
    "payload/wait-for-pickup/number/number",
    "failure/timeout/not-positive/zero",
    "failure/caller-id/no-number/no-brackets",
    "failure/call/unknown/hex",
    "failure/view/unknown/no-such-view",
    "parking/second-retrieval/again",
    "access/no-token/absent",
)
# Observations of other clauses show the first, and the control alone would hide the second.
NEEDS_THE_WHOLE_TABLE = {
    *(slug for slug, defect in DEFECTS.items() if defect.clause == "body/no-server-error"),
    *("string-timeout-refused", "caller-id-plus-required", "refusal-ends-others"),
}
SEEN = {slug: defect for slug, defect in DEFECTS.items() if defect.lane == "conform"}


def jobs(check):
    def defective(defect):
        if defect.slug in NEEDS_THE_WHOLE_TABLE or defect.kind is Kind.INTERMITTENT:
            return partial(check.mock, defect=defect)
        chosen = {"clauses": (defect.clause,)} if defect.clause in CLAUSES_WITH_CASES else {"cases": SAMPLE}
        return partial(check.mock, defect=defect, **chosen)

    return (
        {DEFAULT: check.mock}
        | {slug: partial(check.mock, policy=policy_with([slug])) for slug in VARIANTS}
        | {slug: defective(defect) for slug, defect in SEEN.items()}
    )


@pytest.mark.parametrize("name", [DEFAULT])
def test_the_mock_passes_every_row_under_both_readings(side_by_side, name):
    checked = side_by_side[name]

    assert checked.exit_code == 0
    assert {str(ruling.verdict) for ruling in checked.rulings} <= {"pass", "not-applicable"}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_accused_of_nothing_under_the_readings_it_names(side_by_side, name):
    for reading in VARIANTS[name].conforms:
        assert side_by_side[name].findings(reading) == []


@pytest.mark.parametrize("name", [slug for slug, each in VARIANTS.items() if each.conforms == {"document"}])
def test_a_variant_of_the_example_breaks_the_status_alone_under_table(side_by_side, name):
    assert side_by_side[name].findings("table") == ["success/status"]


@pytest.mark.parametrize("name", SEEN)
def test_a_defect_is_named_by_its_clause_first(side_by_side, name):
    """What section 10 wants noted only, or only an example shows, is a deviation instead."""
    checked, clause = side_by_side[name], SEEN[name].clause

    if SEEN[name].shows == "deviation":
        assert clause in checked.clauses("deviation")
        assert checked.exit_code == 0
    else:
        assert checked.findings()[:1] == [clause]
        assert checked.exit_code == 1
