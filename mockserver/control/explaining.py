"""The page behind X-Callpark-Explain."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final

import jinja2
from starlette.responses import Response

import callpark_spec
from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import ControlError
from mockserver.control.guard import token_required
from mockserver.explanation.explaining import Explainer
from mockserver.explanation.redaction import Redaction
from mockserver.explanation.wrong import Explanation
from mockserver.journal.entry import Exchange
from mockserver.journal.search import error_code
from mockserver.sessions.session import Session
from mockserver.way.explanation_links import KEY, ExplanationLinks, is_refusal

_TEMPLATES: Final = files("mockserver") / "control" / "templates"


def explaining(explainer: Explainer, links: ExplanationLinks) -> Operations:
    async def explain(asked: Asked) -> Any:
        name, number = asked.path["session"], asked.path["number"]
        session = asked.sessions.find(name)
        exchange = _exchange(session, number)
        key = asked.query.get(KEY, "")
        if not asked.is_trusted and not (exchange and links.opens(key, name, exchange)):
            raise token_required()
        if session is None or exchange is None:
            raise ControlError(404, "not_found", _absent(session, name, number))
        world = session.journal.world_of(exchange.number)
        explained = explainer.explain(session, exchange, world or session.world)
        content = _content(session, exchange, explained, is_late=world is None)
        if "text/html" in asked.request.headers.get("accept", ""):
            return _page(content)
        return content

    return {"explainRefusal": explain}


def _exchange(session: Session | None, number: str) -> Exchange | None:
    if session is None or not _is_number(number):
        return None
    found = session.journal.find(int(number))
    return found if isinstance(found, Exchange) and is_refusal(found) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 11


def _absent(session: Session | None, name: str, number: str) -> str:
    if session is None:
        return f"There is no session {name!r}."
    if _is_number(number) and int(number) <= session.journal.evicted.last:
        return f"Entry {number} of session {name!r} is no longer kept: the journal holds {session.journal.limit} bytes."
    return f"Session {name!r} has no refusal {number}."


def _content(
    session: Session, exchange: Exchange, explained: Explanation, *, is_late: bool
) -> dict[str, Any]:
    reply = exchange.reply
    corrected = explained.corrected
    redaction = Redaction(exchange)
    return {
        "session": session.name,
        "number": exchange.number,
        "request": f"{exchange.method} {redaction.of_target(exchange.target.decode('latin-1'))}",
        "status": reply.status if reply else None,
        "code": error_code(exchange),
        "answer": redaction.of(reply.body.data.decode("utf-8", "replace")) if reply else "",
        "askedFor": [redaction.of(each) for each in explained.asked_for],
        "faults": [
            {
                "where": wrong.where,
                "code": wrong.code,
                "message": redaction.of(wrong.message),
                "instead": wrong.instead,
                "clauses": [_clause(clause) for clause in wrong.clauses],
            }
            for wrong in explained.wrongs
        ],
        "corrected": corrected.curl() if corrected else None,
        "isLate": is_late,
    }


def _clause(clause_id: str) -> dict[str, Any]:
    clause = callpark_spec.load().clause(clause_id)
    return {
        "id": clause.id,
        "level": clause.level.value,
        "text": clause.text,
        "quote": clause.quote,
        "line": clause.line,
        "source": clause.source,
    }


def _page(content: dict[str, Any]) -> Response:
    template, policy = _template()
    return Response(
        template.render(content),
        media_type="text/html",
        headers={
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )


@cache
def _template() -> tuple[jinja2.Template, str]:
    """The page, and a policy under which nothing runs and nothing is loaded but the style in it."""
    style = (_TEMPLATES / "explanation.css").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals["style"] = style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    text = (_TEMPLATES / "explanation.html").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return environment.from_string(text), policy
