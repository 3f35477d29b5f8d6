"""Lines in, facts out: a record is taken whole and in order, or not at all (see `errors` for why not)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import msgspec

from contract_tests.exchange import Exchange, Request, Response, Role
from contract_tests.record.body import StoredBody
from contract_tests.record.consistency import assemble
from contract_tests.record.errors import (
    RESTORE,
    BrokenLine,
    EmptyRecord,
    ForeignRecord,
    IncompleteRecord,
    RecordError,
    UnknownVersion,
    UnreadableRecord,
)
from contract_tests.record.lines import FORMAT, VERSION, AnyLine, ExchangeLine, Footer, Record, ResponsePart
from contract_tests.record.schema import KINDS, validator
from contract_tests.record.seal import check_seal
from contract_tests.record.sums import ruling_of
from contract_tests.verdict import Ruling
from contract_tests.world import KnownCall

_HALF_A_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
_RERUN = "the run was killed or is still going: wait for it, or run the check again"


def read_record(source: Path | str | bytes) -> Record:
    """The record in a file or in memory; raises a RecordError that says why it is none."""
    try:
        return _read(source if isinstance(source, bytes) else _content(Path(source)))
    except RecordError as error:
        if not isinstance(source, bytes):
            error.source = str(source)
        raise


def exchanges(record: Record) -> list[Exchange]:
    """The exchanges as they were before they were written, but for secrets and for what was clipped."""
    return [exchange_of(line) for line in record.exchanges]


def rulings(record: Record) -> list[Ruling]:
    """The verdicts as the judge gave them."""
    return [ruling_of(line) for line in record.rulings]


def exchange_of(line: ExchangeLine) -> Exchange:
    """One exchange as it was before it was written."""
    request, response = line.request, line.response
    return Exchange(
        number=line.number,
        case=line.case,
        role=cast(Role, line.role),
        request=Request(
            method=request.method,
            target=request.target,
            headers=tuple(request.headers),
            body=StoredBody(text=request.body, encoded=request.body_base64).content,
        ),
        response=_response(response) if response is not None else None,
        trouble=line.trouble,
        call=KnownCall.from_json(line.call) if line.call is not None else None,
        witness=KnownCall.from_json(line.witness) if line.witness is not None else None,
        also=tuple(line.also),
        started=line.started,
        elapsed=line.elapsed,
    )


def _response(response: ResponsePart) -> Response:
    return Response(
        status=response.status,
        headers=tuple(response.headers),
        body=StoredBody(text=response.body, encoded=response.body_base64).content or b"",
        body_size=response.body_size,
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"cannot be opened ({error.strerror or type(error).__name__})"
        raise UnreadableRecord(problem, "name the record.ndjson that a check has written") from None


def _read(content: bytes) -> Record:
    if not content.strip():
        raise EmptyRecord("the record is empty", _RERUN)
    numbered = list(_lines(content))
    if not any(isinstance(line, Footer) for _, line in numbered):
        raise IncompleteRecord(f"it ends after line {numbered[-1][0]} without a footer", _RERUN)
    record = assemble(numbered)
    check_seal(content, record.footer, line=numbered[-1][0])
    return record


def _lines(content: bytes) -> Iterator[tuple[int, AnyLine]]:
    texts = content.split(b"\n")
    ended = not texts[-1]
    if ended:
        texts.pop()
    for number, text in enumerate(texts, start=1):
        if number == len(texts) > 1 and not ended and not _is_json(text):
            raise IncompleteRecord(f"line {number} is broken off and there is no footer", _RERUN)
        fields = _fields(number, text)
        if number == 1:
            _check_header(fields)
        yield number, _line(number, fields)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _fields(number: int, text: bytes) -> Any:
    """What msgspec reads, it reads as Python does, in a third of the time; of the rest Python says what is wrong."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.json.decode(text)
    try:
        fields = json.loads(text)
        if _HALF_A_PAIR.search(text):
            json.dumps(fields, ensure_ascii=False).encode()
        return fields
    except UnicodeEncodeError:
        raise _foreign_or_broken(number, "it holds half of a surrogate pair, which is no character") from None
    except UnicodeDecodeError:
        raise _foreign_or_broken(number, "it is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        reason = f" ({error.msg} in column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise _foreign_or_broken(number, f"it is not JSON{reason}") from None


def _foreign_or_broken(number: int, problem: str) -> RecordError:
    if number == 1:
        return ForeignRecord(f"this is no {FORMAT}: {problem}", "name the record.ndjson of a check", line=1)
    return BrokenLine(problem, RESTORE, line=number)


def _check_header(fields: Any) -> None:
    if not isinstance(fields, dict) or fields.get("line") != "header" or fields.get("format") != FORMAT:
        raise _foreign_or_broken(1, f"its first line is not the header of a {FORMAT}")
    if fields.get("version") != VERSION:
        version = json.dumps(fields.get("version"))
        advice = f"this callpark reads version {VERSION}; use the one that wrote the record"
        raise UnknownVersion(f"the record has version {version}", advice, line=1)


def _line(number: int, fields: Any) -> AnyLine:
    kind = fields.get("line") if isinstance(fields, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        problem = f"`line` is {json.dumps(kind)}, which is none of {', '.join(KINDS)}"
        raise BrokenLine(problem, RESTORE, line=number)
    complaint = next(validator(kind).iter_errors(fields), None)
    if complaint is not None:
        if "anyOf" in str(complaint.schema_path):
            _check_members(number, kind, fields)
        where = "/".join(str(step) for step in complaint.instance_path) or "the line as a whole"
        problem = f"no {kind} as record.schema.json has it, at {where}: {_short(complaint.message)}"
        raise BrokenLine(problem, RESTORE, line=number)
    return _check_members(number, kind, fields)


def _check_members(number: int, kind: str, fields: Any) -> AnyLine:
    """The line; of what it may hold one thing or another, the complaint names the very member that is wrong."""
    try:
        return cast(AnyLine, msgspec.convert(fields, type=KINDS[kind]))
    except msgspec.ValidationError as error:
        raise BrokenLine(f"no {kind}: {_short(str(error))}", RESTORE, line=number) from None


def _short(message: str, longest: int = 200) -> str:
    return message if len(message) <= longest else f"{message[:longest]}..."
