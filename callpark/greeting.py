"""What `callpark mock` says when it serves: where it is, whose tokens there are, and what to try first."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from mockserver.simulator.phone_call import PhoneCall

TOKENS = (
    ("mock.default.12", "user 12, who owns the documented call"),
    ("mock.default.13", "another user of the same organization"),
    ("mock.expired.12", "always answered as expired"),
)
RETRIEVER = "0003*024"


def greeting(
    url: str,
    *,
    parked: Sequence[PhoneCall],
    control_token: str | None,
    ca_file: Path | None = None,
    store: str | None = None,
    kept: int = 0,
) -> Iterator[str]:
    """The lines to print once requests are answered at `url`; `ca_file` is what clients have to trust.

    `store` is where sessions are kept, if not in memory, and `kept` how many it had from before.
    """
    curl = _curl(ca_file)
    yield f"callpark mock: {url}/uapi  (Ctrl-C ends it)"
    yield f"console:       {console_address(url, control_token)}"
    if control_token:
        yield f"control token: {control_token}"
    if store:
        had = "no sessions yet" if not kept else "1 session" if kept == 1 else f"{kept} sessions"
        yield f"store:         {store} ({had})"
    if kept:
        yield "Sessions go on as they were left; --scenario, --clock, --start, --seed, --variant are for new ones."
    yield ""
    yield from (f"  {token:<18} {whose}" for token, whose in TOKENS)
    yield "  mock.NAME.12       the same user in a world of its own, made on first use"
    yield ""
    if ca_file is not None:
        yield "The certificate was made for this run. To have it trusted:"
        yield ""
        yield from (f"  {line}" for line in trust_lines(ca_file))
        yield ""
    if parked:
        yield f"Parked: {_shown(parked)}. Retrieve the first:"
        yield ""
        yield f"  {unpark_line(url, parked[0], curl)}"
        yield ""
    else:
        yield "Nothing is parked. Park a call:"
        yield ""
        yield f"  {park_line(url, control_token, curl)}"
        yield ""
    yield "Put everything back as it was:"
    yield ""
    yield f"  {curl} -X POST {url}/_mock/reset{_control(control_token)}"


def console_address(url: str, control_token: str | None) -> str:
    """A fragment is never sent: the token stays between the terminal and the page."""
    return f"{url}/_mock/console" + (f"#token={quote(control_token, safe='')}" if control_token else "")


def trust_lines(ca_file: Path) -> list[str]:
    """Shell lines after which curl, Node and Python take what a certificate authority has signed."""
    file = shlex.quote(str(ca_file))
    return [
        f"export CURL_CA_BUNDLE={file}       # curl",
        f"export NODE_EXTRA_CA_CERTS={file}  # Node",
        f"export SSL_CERT_FILE={file} REQUESTS_CA_BUNDLE={file}  # Python: urllib and httpx, requests",
    ]


def unpark_line(url: str, call: PhoneCall, curl: str = "curl -sS") -> str:
    """The page's own request on a call, as a curl line to paste."""
    payload = {
        "action": "UnPark",
        "sendCallTo": RETRIEVER,
        "callerId": "John Doe <42420042>",
        "waitForPickup": "20",
        "phoneCallViewId": call.views[0].id,
    }
    address = shlex.quote(f"{url}/uapi/phoneCalls/{call.user_id}/{call.extension}/{call.id}")
    return (
        f"{curl} -X PUT {address} -H 'Authorization: Bearer mock.default.{call.user_id}'"
        f" -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(payload))}"
    )


def park_line(url: str, control_token: str | None, curl: str = "curl -sS") -> str:
    """A curl line that puts a call into the lot."""
    state = json.dumps({"action": "setup", "state": "parked", "params": {}})
    return (
        f"{curl} {url}/_mock/states{_control(control_token)}"
        f" -H 'Content-Type: application/json' -d {shlex.quote(state)}"
    )


def _curl(ca_file: Path | None) -> str:
    return "curl -sS" if ca_file is None else f"curl -sS --cacert {shlex.quote(str(ca_file))}"


def _control(token: str | None) -> str:
    if not token:
        return ""
    from mockserver.control.guard import CONTROL_TOKEN_HEADER

    return f" -H {shlex.quote(f'{CONTROL_TOKEN_HEADER}: {token}')}"


def _shown(parked: Sequence[PhoneCall]) -> str:
    first = f"call {parked[0].id} of {parked[0].extension}"
    return first if len(parked) == 1 else f"{first} and {len(parked) - 1} more"
