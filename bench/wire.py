"""What journal, explanations and wire faults cost a request: `python bench/wire.py [--rounds N] [--requests N]`.

Each figure is the best of its rounds, in microseconds of this process's own processor time for one request; the rounds
take turns, so that a machine that gets slower makes all of them slower.  No client is in it and no socket.
"""

import argparse
import asyncio
import json
import sys
import time

import msgspec

from mockserver.app import build
from mockserver.connection.asgi import App, Message, Scope
from mockserver.http_api.vendor_api import vendor_api
from mockserver.settings import Settings
from mockserver.way.exchange_seam import ExchangeSeam
from mockserver.way.explanation_links import ExplanationLinks
from mockserver.wire_faults.fault import WireFault

PATH = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
ORDER = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
REFUSED = {**ORDER, "waitForPickup": 0}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    options.add_argument("--rounds", type=int, default=300)
    options.add_argument("--requests", type=int, default=5)
    wanted = options.parse_args()
    ways = {
        "without journal and wire faults": plain_api(),
        "with them, none set": with_seam(),
        "with one that fits no request": with_seam(
            {"fault": "EMPTY_RESPONSE", "request": {"urlPath": "/nowhere"}}
        ),
        "with one that looks into bodies": with_seam(
            {"fault": "EMPTY_RESPONSE", "request": {"action": "Fly"}}
        ),
    }
    loop = asyncio.new_event_loop()
    for title, order in (("an UnPark that is answered 204", ORDER), ("one that is refused", REFUSED)):
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(wanted.rounds):
            for name, app in ways.items():
                best[name] = min(best[name], loop.run_until_complete(spent(app, order, wanted.requests)))
        print(f"\n{title}")
        base = best["without journal and wire faults"]
        for name, seconds in best.items():
            print(f"  {name:34} {seconds * 1e6:8.1f} µs {(seconds / base - 1) * 100:+6.1f} %")
    return 0


def plain_api() -> App:
    settings = Settings(clock="manual")
    sessions = build(settings).sessions
    return vendor_api(sessions, settings.policy.presentation, token_lifetime=settings.token_lifetime)


def with_seam(*faults: object) -> App:
    settings = Settings(clock="manual")
    sessions = build(settings).sessions
    vendor = vendor_api(sessions, settings.policy.presentation, token_lifetime=settings.token_lifetime)
    session = sessions.open("default")
    for fault in faults:
        session.faults.set(msgspec.convert(fault, WireFault), now=0.0)
    return ExchangeSeam(vendor, sessions, vendor.contract, ExplanationLinks(None))


async def spent(app: App, order: object, requests: int) -> float:
    """Processor seconds for one request; the first one, which may retrieve the call, is not counted."""
    body = json.dumps(order).encode()
    await asked(app, body)
    begin = time.process_time()
    for _ in range(requests):
        await asked(app, body)
    return (time.process_time() - begin) / requests


async def asked(app: App, body: bytes) -> None:
    scope: Scope = {
        "type": "http", "http_version": "1.1", "method": "PUT", "scheme": "http", "path": PATH,
        "raw_path": PATH.encode(), "query_string": b"", "root_path": "", "server": ("127.0.0.1", 8080),
        "headers": [
            (b"host", b"127.0.0.1:8080"), (b"authorization", b"Bearer mock.default.12"),
            (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
            (b"accept", b"*/*"), (b"user-agent", b"bench"),
        ],
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] in (200, 204, 400), message

    await app(scope, receive, send)


if __name__ == "__main__":
    sys.exit(main())
