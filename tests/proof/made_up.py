"""Outcomes of trials, made up, and what there is to try, likewise."""

import callpark_spec
from callpark.proof.candidate import Candidate, Trial
from callpark.proof.outcome import Detection, Outcome
from callpark.proof.proving import proof_of
from callpark.proof.tables import Right, Wrong


def wrong(slug, clause, lane="conform", shows="finding"):
    return Wrong(slug=slug, clause=clause, summary=f"What {slug} does.", kind="state", lane=lane, shows=shows)


def detection(named, requests=7, **rest):
    given = {"case": f"{named}/a-case", "verdict": "fail", "actual": "200 <with> the call", "seconds": 0.25}
    return Detection(
        named=named,
        requests=requests,
        exchanges=2 * requests,
        reproduce=("curl -sS http://127.0.0.1:1/",),
        **given | rest,
    )


def outcome(purpose, *, lane="conform", seed=0, broken=(), table=None, finding=None, exit_code=None, **rest):
    """The outcome of a trial of a candidate; what is no member of an outcome goes to the candidate."""
    candidate = {key: rest.pop(key) for key in ("defect", "variants", "empty", "rough_seed") if key in rest}
    if broken and finding is None:
        finding = detection(broken[0])
    if exit_code is None:
        exit_code = 1 if broken else 0
    return Outcome(
        trial=Trial(candidate=Candidate(**candidate), purpose=purpose, lane=lane, seed=seed),
        broken={"document": tuple(broken), "table": tuple(broken if table is None else table)},
        finding=finding,
        findings=len(broken),
        exit_code=exit_code,
        **{"digest": "ab" * 32, "requests": 150, "seconds": 1.25, "calls_used": 20} | rest,
    )


WRONG = (
    wrong("zero-accepted", "failure/timeout/not-positive"),
    wrong("me-unknown", "uri/user-id/me"),
    wrong("race-lost", "parking/second-retrieval", lane="explore"),
    wrong("status-trying", "parking/on-call", shows="deviation"),
)
RIGHT = {
    "plain": Right(slug="plain", readings=frozenset({"table", "document"}), clauses=frozenset({"body/json"})),
    "accepted": Right(
        slug="accepted", readings=frozenset({"document"}), clauses=frozenset({"success/status"})
    ),
}
OUTCOMES = (
    outcome("steady"),
    outcome("steady", seconds=2.0),
    outcome("rough", rough_seed=0, digest="cd" * 32, open=("parking/leaves-lot",), exit_code=3),
    outcome("kill", defect="zero-accepted", broken=("failure/timeout/not-positive",)),
    outcome("kill", defect="me-unknown"),
    outcome("explored-kill", defect="me-unknown", lane="all"),
    outcome("kill", defect="race-lost"),
    outcome(
        "explored-kill",
        defect="race-lost",
        lane="all",
        broken=("parking/not-parked", "parking/second-retrieval"),
    ),
    outcome(
        "kill",
        defect="status-trying",
        deviating=("parking/on-call",),
        deviation=detection("parking/on-call", verdict="deviation", requests=90),
    ),
    outcome("variant", variants=("plain",), broken=("body/json",)),
    outcome("variant", variants=("accepted",), table=("success/status",)),
    outcome("pair", variants=("plain", "accepted"), table=("success/status",), lane="all", seed=3),
    outcome("explored-variant", variants=("plain",), lane="all", seed=4),
    outcome("empty", empty="always-204", broken=("success/no-call",), passed_musts=("uri/user-id/me",)),
    outcome("empty", empty="hang-up", exit_code=3, open=("body/json",)),
)


def made_up_proof():
    """A proof with something wrong in every part."""
    catalogue = callpark_spec.load()
    few = {clause: catalogue.clauses[clause] for clause in CLAUSES}
    return proof_of(
        OUTCOMES,
        catalogue=_Catalogue(few, catalogue),
        wrong=WRONG,
        right=RIGHT,
        extent="quick",
        started="2026-01-01T10:00:00Z",
        seconds=12.34,
    )


CLAUSES = (
    "request/documented-example",
    "uri/user-id/me",
    "failure/timeout/not-positive",
    "parking/on-call",
    "parking/second-retrieval",
)


class _Catalogue:
    """A few clauses of the catalogue, with digests that stay."""

    def __init__(self, clauses, whole):
        self.clauses = clauses
        self.page = whole.page
        self.digest = "0" * 64
