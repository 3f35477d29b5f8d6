"""HAR 1.2: every exchange of the run, for the tools that open such archives."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from contract_tests.record.lines import ExchangeLine, Record, RequestPart, ResponsePart
from contract_tests.reporting.json_text import json_text
from contract_tests.reporting.moment import moment, rfc3339

_HTTP = "HTTP/1.1"
_UNKNOWN = -1


def render_har(record: Record) -> str:
    """The archive, a page per case. Secrets are names; what the record holds in part is so here, with a comment."""
    header = record.header
    titles = {case.id: case.title for case in record.cases}
    began: dict[str, float] = {}
    for line in record.exchanges:
        began.setdefault(_page(line), line.started)
    return json_text(
        {
            "log": {
                "version": "1.2",
                "creator": {"name": "callpark", "version": header.suite.version},
                "comment": f"run {header.run} against {header.target.name}; ${{token}} and the like stand for secrets",
                "pages": [
                    {
                        "startedDateTime": rfc3339(moment(header.started, started)),
                        "id": page,
                        "title": titles.get(page, page),
                        "pageTimings": {},
                    }
                    for page, started in began.items()
                ],
                "entries": [_entry(line, header.target.url, header.started) for line in record.exchanges],
            }
        }
    )


def _page(line: ExchangeLine) -> str:
    return line.case or line.role


def _entry(line: ExchangeLine, url: str, run_started: str) -> dict[str, Any]:
    took = round(line.elapsed * 1000, 3)
    return {
        "pageref": _page(line),
        "startedDateTime": rfc3339(moment(run_started, line.started)),
        "time": took,
        "request": _request(line.request, url),
        "response": _response(line.response, line.trouble),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "comment": f"exchange {line.number}, {line.role}",
    }


def _request(request: RequestPart, url: str) -> dict[str, Any]:
    body = request.body if request.body is not None else request.body_base64
    entry: dict[str, Any] = {
        "method": request.method,
        "url": url + request.target,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _headers(request),
        "queryString": _query(request.target),
        "headersSize": _UNKNOWN,
        "bodySize": len(request.body.encode())
        if request.body is not None
        else 0
        if body is None
        else _UNKNOWN,
    }
    if body is not None:
        entry["postData"] = {"mimeType": _header(request, "content-type"), "text": body}
        if request.body is None:
            entry["postData"]["comment"] = "no text; in base64"
    return entry


def _response(response: ResponsePart | None, trouble: str | None) -> dict[str, Any]:
    """Where there was no answer, status 0 as browsers write it, and the reason as the comment."""
    if response is None:
        nothing = ResponsePart(status=0, headers=[])
        return {**_response(nothing, None), "statusText": "", "comment": f"no answer: {trouble}"}
    content: dict[str, Any] = {"size": response.body_size, "mimeType": _header(response, "content-type")}
    if response.body is not None:
        content["text"] = response.body
    elif response.body_base64 is not None:
        content |= {"text": response.body_base64, "encoding": "base64"}
    if response.clipped:
        content["comment"] = f"stored in part, of {response.body_size} bytes or more"
    return {
        "status": response.status,
        "statusText": _phrase(response.status),
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _headers(response),
        "content": content,
        "redirectURL": _header(response, "location"),
        "headersSize": _UNKNOWN,
        "bodySize": response.body_size,
    }


def _query(target: str) -> list[dict[str, str]]:
    """Names and values as sent: to decode them could put together a secret that nobody was asked to look for."""
    query = target.partition("#")[0].partition("?")[2]
    pairs = (part.partition("=") for part in query.split("&") if part)
    return [{"name": name, "value": value} for name, _, value in pairs]


def _headers(part: RequestPart | ResponsePart) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in part.headers]


def _header(part: RequestPart | ResponsePart, wanted: str) -> str:
    return next((value for name, value in part.headers if name.lower() == wanted), "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
