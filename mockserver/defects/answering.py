"""The response seam: what goes out says something else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from mockserver.defect import Received, Sent

Json = dict[str, Any]
Response = Callable[[Received, Sent], Sent]
If = Callable[[Received, Sent], bool]


def when(condition: If, change: Response) -> Response:
    return lambda received, sent: change(received, sent) if condition(received, sent) else sent


def on_retrieval(change: Response) -> Response:
    """Answers to an UnPark that retrieved a call."""
    return when(retrieved, change)


def on_call(change: Callable[[Received, Json], Json]) -> Response:
    """The phone call in the answer to a retrieval."""
    return on_retrieval(lambda received, sent: with_json(sent, change(received, sent.json())))


def on_refusal(change: Callable[[Json], Any]) -> Response:
    """The body of every refusal."""
    return when(refused, lambda _, sent: with_json(sent, change(sent.json()["error"])))


def on_listed(change: Callable[[Json], Json | None]) -> Response:
    """Every call in a list, None to leave it out."""

    def rewrite(received: Received, sent: Sent) -> Sent:
        if received.method != "GET" or sent.status != 200:
            return sent
        changed = [change(call) for call in sent.json()["entry"]]
        return with_json(sent, {**sent.json(), "entry": [call for call in changed if call is not None]})

    return rewrite


def on_talking_views(change: Callable[[Json], Json]) -> Response:
    """Every view that is not parked, in lists."""
    return on_listed(
        lambda call: {
            **call,
            "phoneCallView": [view if "parked" in view else change(view) for view in call["phoneCallView"]],
        }
    )


def recode(new: str, *, if_: If) -> Response:
    """A refusal that fits carries another code."""
    return when(
        lambda received, sent: refused(received, sent) and if_(received, sent),
        lambda _, sent: with_json(sent, {"error": {**sent.json()["error"], "code": new}}),
    )


def with_status(status: int) -> Response:
    return lambda _, sent: replace(sent, status=status)


def with_body(body: bytes) -> Response:
    return lambda _, sent: replace(sent, body=body)


def with_json(sent: Sent, body: Any, *, status: int | None = None) -> Sent:
    headers = {**sent.headers, "content-type": "application/json"}
    return replace(sent, status=status or sent.status, headers=headers, body=orjson.dumps(body))


def nothing(_received: Received, sent: Sent) -> Sent:
    return replace(sent, status=204, body=b"")


def retrieved(received: Received, sent: Sent) -> bool:
    return sent.status == 200 and received.is_unpark


def refused(_received: Received, sent: Sent) -> bool:
    return sent.status >= 400


def answers(code: str) -> If:
    return lambda _, sent: sent.code == code


def about(name: str, test: Callable[[Any], bool]) -> If:
    """One member of the payload fits."""
    return lambda received, _: test(received.json().get(name, ...))


def both(*conditions: If) -> If:
    return lambda received, sent: all(condition(received, sent) for condition in conditions)
