"""Bodies: the error envelope broken in each way, the answer to a success broken in each way, servers that fall over."""

import json
from typing import Any, Final

from mockserver.defect import Defect, Kind, Received
from mockserver.defects import values
from mockserver.defects.answering import (
    on_call,
    on_refusal,
    on_retrieval,
    refused,
    when,
    with_body,
    with_json,
)
from mockserver.defects.asking import crash


def _envelope(slug: str, summary: str, change: Any, *, seeded: str | None = None) -> Defect:
    return Defect(
        slug=slug,
        kind=Kind.BROKEN_ENVELOPE,
        clause="body/error-envelope",
        seeded=seeded,
        summary=summary,
        response=on_refusal(change),
    )


_ENVELOPE: Final = (
    Defect(
        slug="no-error-body",
        kind=Kind.BROKEN_ENVELOPE,
        clause="body/error-response",
        summary="A refusal has no body.",
        response=when(refused, with_body(b"")),
    ),
    Defect(
        slug="error-page",
        kind=Kind.BROKEN_ENVELOPE,
        clause="body/error-envelope",
        summary="A refusal is an HTML page that holds the code.",
        response=when(
            refused,
            lambda _, sent: with_body(b"<h1>Error</h1><p>%s</p>" % (sent.code or "").encode())(_, sent),
        ),
    ),
    _envelope(
        "no-error-message",
        "error.message is missing.",
        lambda error: {"error": {"code": error["code"]}},
        seeded="no_message",
    ),
    _envelope(
        "empty-error-message", "error.message is empty.", lambda error: {"error": {**error, "message": ""}}
    ),
    _envelope(
        "error-message-no-text",
        "error.message is an object.",
        lambda error: {"error": {**error, "message": {"en": error["message"]}}},
    ),
    _envelope(
        "no-error-code",
        "error.code is missing; the code stands in the message.",
        lambda error: {"error": {"message": f"{error['code']}: {error['message']}"}},
    ),
    _envelope("flat-error", "code and message stand at the top, without error.", lambda error: error),
    _envelope("error-as-text", "error is a plain string.", lambda error: {"error": error["code"]}),
    _envelope("error-in-array", "The error response is an array.", lambda error: [{"error": error}]),
    _envelope(
        "problem-details",
        "A refusal follows RFC 9457 instead of the vendor.",
        lambda error: {"type": error["code"], "title": error["message"], "status": 400},
    ),
)


def _with_typed_status(_received: Received, call: dict[str, Any]) -> dict[str, Any]:
    return {**call, "phoneCallView": [{**view, "status": "on call"} for view in call["phoneCallView"]]}


_BODY: Final = (
    Defect(
        slug="empty-200",
        kind=Kind.BROKEN_BODY,
        clause="body/json",
        summary="A 200 has no body.",
        response=on_retrieval(with_body(b"")),
    ),
    Defect(
        slug="truncated-200",
        kind=Kind.BROKEN_BODY,
        clause="body/json",
        summary="The body of a 200 breaks off in its middle.",
        response=on_retrieval(lambda _, sent: with_body(sent.body[: len(sent.body) // 2])(_, sent)),
    ),
    Defect(
        slug="success-flag",
        kind=Kind.BROKEN_BODY,
        clause="body/phone-call",
        summary='A retrieval is answered {"success": true}.',
        response=on_call(lambda _, call: {"success": True}),
    ),
    Defect(
        slug="status-in-words",
        kind=Kind.BROKEN_BODY,
        clause="body/phone-call-fields",
        seeded="wrong_type",
        summary='The status of a view is "on call", not a number.',
        response=on_call(_with_typed_status),
    ),
    Defect(
        slug="views-not-listed",
        kind=Kind.BROKEN_BODY,
        clause="body/phone-call-fields",
        summary="phoneCallView is a number.",
        response=on_call(lambda _, call: {**call, "phoneCallView": len(call["phoneCallView"])}),
    ),
    Defect(
        slug="body-on-204",
        kind=Kind.BROKEN_BODY,
        clause="body/empty-on-204",
        seeded="body_204",
        summary="A 204 has a body.",
        response=when(lambda _, sent: sent.status == 204, lambda _, sent: with_json(sent, {})),
    ),
)


def _is_broken(received: Received) -> bool:
    """No JSON at all, however patiently it is read."""
    try:
        json.loads(received.body or b"{}", parse_int=lambda _: 0)
    except RecursionError:
        return False
    except ValueError:
        return True
    return False


_SERVER_ERROR: Final = (
    Defect(
        slug="caller-id-accents-500",
        kind=Kind.SERVER_ERROR,
        clause="body/no-server-error",
        seeded="unicode_500",
        summary="A callerId with letters beyond ASCII is answered 500.",
        request=crash(if_=lambda received: values.is_beyond_ascii(received.json().get("callerId"))),
    ),
    Defect(
        slug="superscript-500",
        kind=Kind.SERVER_ERROR,
        clause="body/no-server-error",
        summary="A waitForPickup that is a digit to Unicode only is answered 500.",
        request=crash(if_=lambda received: values.is_beyond_ascii(received.json().get("waitForPickup"))),
    ),
    Defect(
        slug="null-500",
        kind=Kind.SERVER_ERROR,
        clause="body/no-server-error",
        summary="null as callerId is answered 500.",
        request=crash(if_=lambda received: received.json().get("callerId", ...) is None),
    ),
    Defect(
        slug="trailing-slash-500",
        kind=Kind.SERVER_ERROR,
        clause="body/no-server-error",
        summary="A path that ends with a slash is answered 500.",
        request=crash(if_=lambda received: received.raw_path.endswith("/")),
    ),
    Defect(
        slug="broken-json-500",
        kind=Kind.SERVER_ERROR,
        clause="request/payload-not-json",
        summary="A payload that is no JSON is answered 500.",
        request=crash(if_=_is_broken),
    ),
    Defect(
        slug="queue-500",
        kind=Kind.SERVER_ERROR,
        clause="payload/send-call-to/phone-terminal",
        summary="A queue as sendCallTo is answered 500.",
        request=crash(if_=lambda received: received.json().get("sendCallTo") == "0003*500"),
    ),
    Defect(
        slug="caller-id-star-500",
        kind=Kind.SERVER_ERROR,
        clause="payload/caller-id/extension-number",
        summary="A callerId whose number has a star is answered 500.",
        request=crash(if_=lambda received: values.has_star(received.json().get("callerId"))),
    ),
)

BODIES: Final = _ENVELOPE + _BODY + _SERVER_ERROR
