"""The endpoint badge of shields.io: what a run came to in a few words."""

from __future__ import annotations

from callpark_spec import Catalogue
from contract_tests.record.lines import Record
from contract_tests.reporting.json_text import json_text
from contract_tests.reporting.sentence import Outcome, outcome_under
from contract_tests.reporting.tally import Standing, Tally

_COLOURS = {
    Outcome.CONFORMS: "brightgreen",
    Outcome.NO_FAULT: "lightgrey",
    Outcome.BROKEN: "red",
    Outcome.UNJUDGED: "lightgrey",
}
_REVISION = 7


def render_badge(record: Record, catalogue: Catalogue) -> str | None:
    """The badge; None for a run with `--safe`, which retrieves nothing and so has nothing to show for itself.

    Green is a whole run alone. It names the revision of the page that the target was held to.
    """
    if record.header.safe:
        return None
    tally = Tally(record, catalogue)
    outcome = outcome_under(tally, tally.reading)
    badge: dict[str, object] = {
        "schemaVersion": 1,
        "label": catalogue.page.title,
        "message": f"{_counts(tally, outcome)} · page {record.header.suite.page_sha256[:_REVISION]}",
        "color": _COLOURS[outcome],
    }
    if outcome is not Outcome.CONFORMS:
        badge["isError"] = True  # nobody paints it green with a parameter
    return json_text(badge)


def _counts(tally: Tally, outcome: Outcome) -> str:
    standings = tally.standings(tally.reading)
    bound = sum(number for standing, number in standings.items() if standing.binds)
    if outcome is Outcome.BROKEN:
        broken = sum(number for standing, number in standings.items() if standing.is_finding)
        return f"{broken} of {bound} clauses broken"
    if outcome is Outcome.UNJUDGED:
        unjudged = sum(number for standing, number in standings.items() if standing.is_open)
        return f"inconclusive, {unjudged} of {bound} clauses" if bound else "inconclusive"
    return f"{standings[Standing.PASS]} of {bound} clauses" + (
        "" if outcome is Outcome.CONFORMS else ", in part"
    )
