"""What hangs in the gallery, in its order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contract_tests.verdict import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A server and the reading it is judged under. `about` tells a newcomer what to look at."""

    slug: str
    name: str
    about: str
    variants: tuple[str, ...] = ()
    defect: str = ""
    reading: Reading = "document"


EXHIBITS: Final = (
    Exhibit(
        slug="mock",
        name="the mock",
        about="Our own server as it comes, under the reading that is the default: the page's example counts too.",
    ),
    Exhibit(
        slug="mock-as-table",
        name="the mock, as table",
        about="The same server under the stricter reading: only the page's tables and prose count.",
        reading="table",
    ),
    Exhibit(
        slug="documented-answer",
        name="answers as the example",
        about="Answers each retrieval exactly as the page's example: 202 and three members. It conforms, with notes.",
        variants=("documented-answer",),
    ),
    Exhibit(
        slug="accepted-202-as-table",
        name="answers 202, as table",
        about="202 stands in the page's example and not in its table of statuses: under this reading it is wrong.",
        variants=("accepted-202",),
        reading="table",
    ),
    Exhibit(
        slug="timeout-with-unit",
        name="takes 20s for 20",
        about="One wrong rule, one finding: a waitForPickup that is not numeric is accepted.",
        defect="timeout-with-unit",
    ),
    Exhibit(
        slug="refusal-ends-call",
        name="refuses and hangs up",
        about="Every answer looks right. What it does to the call is not: a refused request ends it.",
        defect="refusal-ends-call",
    ),
)
