"""The session's journal: to read, to search, to count, to verify."""

from base64 import b64encode
from typing import Annotated, Any, Final

import msgspec

from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import bad_request
from mockserver.control.inventory import Json, shown, told
from mockserver.explanation.explaining import Explainer
from mockserver.http_api.contract import Contract
from mockserver.journal.entry import Body, Entry, Exchange, Reply
from mockserver.journal.search import (
    ExchangePattern,
    Found,
    NearMiss,
    Verdict,
    near_misses,
    search,
    verify,
)
from mockserver.sessions.session import Session
from mockserver.way.explanation_links import ExplanationLinks
from mockserver.way.request_reading import RequestReader

Times = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
_PAGE: Final = 100
_MOST: Final = 1000


class VerifyRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """`exactly`, or `at_least` and `at_most`, or one of these; nothing at all means at least once."""

    pattern: ExchangePattern = ExchangePattern()
    exactly: Times | None = None
    at_least: Times | None = None
    at_most: Times | None = None

    def __post_init__(self) -> None:
        bounds = (self.at_least, self.at_most)
        if self.exactly is not None and bounds != (None, None):
            raise ValueError("give exactly, or atLeast and atMost")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"atLeast {self.at_least} lies above atMost {self.at_most}")

    @property
    def bounds(self) -> tuple[int, int | None]:
        if self.exactly is not None:
            return self.exactly, self.exactly
        if self.at_least is None and self.at_most is None:
            return 1, None
        return self.at_least or 0, self.at_most


def journal(contract: Contract, explainer: Explainer, links: ExplanationLinks) -> Operations:
    reader = RequestReader(contract)
    teller = EntryTeller(contract, reader, explainer, links)

    async def read(asked: Asked) -> Any:
        session = asked.current()
        after, limit = (
            _number(asked, "after", 0, most=1_000_000_000),
            _number(asked, "limit", _PAGE, most=_MOST),
        )
        entries = sorted(session.journal.entries, key=lambda entry: entry.number)
        later = [entry for entry in entries if entry.number > after]
        return {
            "entries": [teller.told(session, entry) for entry in later[:limit]],
            "isAll": len(later) <= limit,
            **_kept(session),
        }

    async def clear(asked: Asked) -> Any:
        session = asked.session()
        session.journal.clear()
        return _kept(session)

    async def find(asked: Asked) -> Any:
        session, pattern = asked.current(), await asked.read(ExchangePattern)
        found = search(session.journal, pattern, reader.facts)
        return {
            "entries": [teller.told(session, each) for each in found.exchanges],
            **_unread(found),
            **_kept(session),
        }

    async def count(asked: Asked) -> Any:
        session, pattern = asked.current(), await asked.read(ExchangePattern)
        found = search(session.journal, pattern, reader.facts)
        return {"count": "unknown" if found.unread else found.least, **_unread(found), **_kept(session)}

    async def verified(asked: Asked) -> Any:
        session, wanted = asked.current(), await asked.read(VerifyRequest)
        found = search(session.journal, wanted.pattern, reader.facts)
        least, most = wanted.bounds
        verdict = verify(found, least=least, most=most)
        missed = (
            () if verdict is Verdict.HOLDS else near_misses(session.journal, wanted.pattern, reader.facts)
        )
        return {
            "verdict": verdict,
            "count": "unknown" if found.unread else found.least,
            "nearMisses": [_missed(teller, session, miss) for miss in missed],
            **_unread(found),
            **_kept(session),
        }

    async def missed(asked: Asked) -> Any:
        session, pattern = asked.current(), await asked.read(ExchangePattern)
        nearest = near_misses(session.journal, pattern, reader.facts)
        return {"nearMisses": [_missed(teller, session, miss) for miss in nearest], **_kept(session)}

    return {
        "readJournal": read,
        "clearJournal": clear,
        "searchJournal": find,
        "countInJournal": count,
        "verifyJournal": verified,
        "findNearMisses": missed,
    }


class EntryTeller:
    """Entries as JSON; the same entry is always the same text."""

    def __init__(
        self, contract: Contract, reader: RequestReader, explainer: Explainer, links: ExplanationLinks
    ) -> None:
        self._contract = contract
        self._links = links
        self._reader = reader
        self._explainer = explainer

    def told(self, session: Session, entry: Entry) -> Json:
        events = [told(event) for event in entry.events]
        if not isinstance(entry, Exchange):
            return {
                "number": entry.number,
                "kind": entry.kind,
                "at": entry.at,
                "cause": entry.cause,
                "events": events,
            }
        facts = self._reader.facts(entry)
        return {
            "number": entry.number,
            "kind": entry.kind,
            "at": entry.at,
            "answered": entry.answered,
            "request": {
                "method": entry.method,
                "target": entry.target.decode("latin-1"),
                "path": facts.path,
                "operation": facts.operation,
                "action": facts.action,
                "headers": _headers(entry.headers),
                "body": _body(entry.body),
            },
            "response": _reply(entry.reply),
            "lost": _reply(entry.lost),
            "events": events,
            "clauses": self._clauses(session, entry, facts.operation),
            "faults": list(entry.faults),
            "preference": entry.preference,
            "hasLeft": entry.has_left,
            "explanation": self._links.path(session.name, entry),
        }

    def _clauses(self, session: Session, exchange: Exchange, operation_id: str | None) -> list[str]:
        """Those that were broken, or, of an answer that is no error, those that it carries out."""
        status = exchange.status
        if status is None:
            return []
        if status >= 400:
            world = session.journal.world_of(exchange.number) or session.world
            explained = self._explainer.explain(session, exchange, world)
            return list(dict.fromkeys(clause for wrong in explained.wrongs for clause in wrong.clauses))
        operation = self._contract.operations().get(operation_id or "")
        response = self._contract.response(operation, status) if operation else None
        return list((response or {}).get("x-clauses", ()))


def _kept(session: Session) -> Json:
    return {
        "session": session.name,
        "bytesKept": session.journal.bytes_kept,
        "bytesAtMost": session.journal.limit,
        "evicted": msgspec.to_builtins(session.journal.evicted),
    }


def _unread(found: Found) -> Json:
    return {"atLeast": found.least, "atMost": found.most}


def _missed(teller: EntryTeller, session: Session, miss: NearMiss) -> Json:
    return {
        "distance": miss.distance,
        "mismatches": [shown(each) for each in miss.mismatches],
        "entry": teller.told(session, miss.exchange),
    }


def _reply(reply: Reply | None) -> Json | None:
    if reply is None:
        return None
    return {"status": reply.status, "headers": _headers(reply.headers), "body": _body(reply.body)}


def _headers(headers: tuple[tuple[bytes, bytes], ...]) -> list[list[str]]:
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers]


def _body(body: Body) -> Json:
    """As text, or in base64 where it is none; `size` counts what is not kept, too."""
    said: Json = {"size": body.size, "isCut": body.is_cut}
    try:
        return {**said, "text": body.data.decode()}
    except UnicodeDecodeError:
        return {**said, "base64": b64encode(body.data).decode()}


def _number(asked: Asked, name: str, otherwise: int, *, most: int) -> int:
    text = asked.query.get(name)
    if text is None:
        return otherwise
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else -1
    if not 0 <= number <= most:
        raise bad_request(f"{name} must be a whole number from 0 to {most}, not {text!r}")
    return number
