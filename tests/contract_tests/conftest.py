"""How the tests run the checker: against a server of theirs, against the mock, against a stand-in, and by halves."""

import contextlib
import io
import json
import re
import socketserver
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

import callpark_spec
from contract_tests.approach import approach
from contract_tests.cases import CONTROL
from contract_tests.check import Check, Plan
from contract_tests.lanes.conform import ConformLane
from contract_tests.profile import Profile
from contract_tests.settling import Settling
from contract_tests.state.hook import hook_rung
from contract_tests.target import Limits, Target
from contract_tests.verdict import Verdict
from contract_tests.world import KnownCall, World

CATALOGUE = callpark_spec.load()
LEVELS = {clause.id: str(clause.level) for clause in CATALOGUE.clauses.values()}
LIMITS = Limits(connect=2.0, answer=10.0, busy_tries=2, busy_wait=0.01)
SIDE_BY_SIDE = 4


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check came to, with the bytes of its record."""

    exit_code: int
    rulings: tuple
    record: bytes

    def under(self, reading="document"):
        return [ruling for ruling in self.rulings if ruling.reading == reading]

    def findings(self, reading="document"):
        """The clauses that findings name, each once, in the order of the report."""
        return list(dict.fromkeys(ruling.clause for ruling in self.under(reading) if ruling.is_finding))

    def clauses(self, verdict, reading="document"):
        return {ruling.clause for ruling in self.under(reading) if ruling.verdict is Verdict(verdict)}

    def must_passes(self):
        return {r.case for r in self.rulings if r.verdict is Verdict.PASS and LEVELS[r.clause] == "must"}

    def verdicts(self, reading="document"):
        return {ruling.case: str(ruling.verdict) for ruling in self.under(reading)}

    def exchanges(self):
        return self.lines("exchange")

    def lines(self, kind):
        lines = [json.loads(line) for line in self.record.splitlines()]
        return [line for line in lines if line["line"] == kind]


def run_check(target, rung, profile, **plan):
    stream = io.BytesIO()
    check = Check(
        plan=Plan(profile=profile, run="test", **plan),
        target=target,
        rung=rung,
        catalogue=CATALOGUE,
        version="0",
        stream=stream,
        sleep=time.sleep,
    )
    try:
        outcome = check.run()
    finally:
        target.close()
    return Checked(exit_code=int(outcome.exit_code), rulings=outcome.rulings, record=stream.getvalue())


def check_server(factory, *, limits=LIMITS, settle=0.5, not_offered=(), is_scarce=False, **plan):
    """The whole check of one of tests.servers, which is started for it."""
    with factory() as server:
        secrets = {"token": server.token, "other_token": server.other_token}
        if server.expired_token:
            secrets["expired_token"] = server.expired_token
        profile = Profile(
            secrets=secrets,
            hook=server.hook,
            settle=settle,
            not_offered=(*not_offered, *(() if server.expired_token else ("expired_token",))),
        )
        target = Target(url=server.url, secrets=secrets, now=time.monotonic, sleep=time.sleep, limits=limits)
        rung = replace(hook_rung(server.hook, profile.world()), is_scarce=is_scarce)
        return run_check(target, rung, profile, **plan)


def check_mock(policy=None, defect=None, *, rung="auto", **plan):
    """The whole check of a mock, which is started for it."""
    from mockserver.app import build
    from mockserver.policy import Policy
    from mockserver.serving.server import running
    from mockserver.settings import Settings

    with running(build(Settings(policy=policy or Policy(), defect=defect))) as url:
        return check_at(url, rung=rung, **plan)


def check_at(url, *, rung="auto", **plan):
    """The whole check of a mock that is there."""
    approached = approach(url, run="test", rung=rung)
    profile = replace(approached.profile, settle=0.5)
    return run_check(approached.target, approached.rung, profile, **plan)


class Harness:
    """The ways to run a whole check, handed to the tests."""

    server = staticmethod(check_server)
    mock = staticmethod(check_mock)
    at = staticmethod(check_at)
    run = staticmethod(run_check)


class SideBySide:
    """Results by name, computed a few at a time in the background, so that a test waits for its own only."""

    def __init__(self, jobs):
        self._pool = ThreadPoolExecutor(SIDE_BY_SIDE)
        self._futures = {name: self._pool.submit(job) for name, job in jobs.items()}

    def __getitem__(self, name):
        return self._futures[name].result()

    def close(self):
        self._pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def catalogue():
    return CATALOGUE


@pytest.fixture(scope="session")
def levels():
    return LEVELS


@pytest.fixture(scope="module")
def side_by_side(request):
    """What the module's `jobs` names, as far as selected tests have it for their parameter `name`."""
    jobs = request.module.jobs(Harness)
    wanted = {
        item.callspec.params["name"]
        for item in request.session.items
        if item.module is request.module and "name" in getattr(getattr(item, "callspec", None), "params", {})
    }
    results = SideBySide({name: jobs[name] for name in jobs if name in wanted})
    yield results
    results.close()


@pytest.fixture(scope="session")
def harness():
    """For modules that run a check of their own."""
    return Harness


@pytest.fixture
def world():
    """The users and extensions of the page's example."""
    return World(
        user="12",
        extension="0003*210",
        retriever="0003*024",
        sibling="0003*211",
        not_terminal="0003*500",
        foreign_user="13",
        foreign_extension="0003*310",
        has_other_token=True,
        has_expired_token=True,
    )


@pytest.fixture
def call():
    """The call of the page's example."""
    return KnownCall(id="b817d2618fe6f1804333", user="12", extension="0003*210", view="01", views=("01",))


@pytest.fixture
def witness():
    """Another parked call, with a view that the first has not."""
    return KnownCall(id="c0ffee00000000000001", user="12", extension="0003*210", view="07", views=("07",))


class RawServer:
    """A server that keeps what it got, byte for byte, and answers what the test says: bytes, or None to hang up."""

    def __init__(self, answer):
        self.answer, self.requests, self.connections = answer, [], 0
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                outer.connections += 1
                with contextlib.suppress(OSError):
                    while request := self._read():
                        outer.requests.append(request)
                        said = outer.answer(request)
                        if said is None:
                            return
                        self.wfile.write(said)

            def _read(self):
                head = b""
                while (line := self.rfile.readline()) not in (b"\r\n", b""):
                    head += line
                length = re.search(rb"(?im)^content-length: *(\d+)", head)
                return (head, self.rfile.read(int(length[1])) if length else b"") if head else None

        self.listener = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.listener.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.listener.server_address[1]}"
        threading.Thread(target=self.listener.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()


def answer_bytes(status=200, body=b"{}", **headers):
    """An answer as it goes over the wire."""
    named = {"Content-Type": "application/json", "Content-Length": len(body)} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Word\r\n{lines}\r\n".encode() + body


@pytest.fixture
def raw_server():
    """Starts a `RawServer` with an answer, a function of the request or bytes."""
    servers = []

    def start(answer=None):
        said = answer if callable(answer) else lambda request: answer or answer_bytes()
        servers.append(RawServer(said))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def answered():
    return answer_bytes


@pytest.fixture
def target_at():
    """Targets at a URL, with short limits and a sleep that does not."""
    targets = []

    def make(url, **settings):
        slept = []
        given = {
            "secrets": {"token": "s3cret"},
            "now": time.monotonic,
            "sleep": slept.append,
            "limits": LIMITS,
        }
        targets.append(Target(url=url, **(given | settings)))
        targets[-1].slept = slept
        return targets[-1]

    yield make
    for target in targets:
        target.close()


@pytest.fixture
def run(world):
    """Runs the conform lane on a lot of calls: the lane, and what it has of each case."""

    def run_lane(lot, *cases, **settings):
        lane = ConformLane(
            target=lot,
            rung=lot,
            world=world,
            control=CONTROL,
            settling=Settling(sleep=lambda seconds: None, settle=0.1),
            **settings,
        )
        return lane, {one.case.id: one for one in lane.run(cases)}

    return run_lane
