"""A start loads what the first answers need and no more; whatever is loaded later serves its first user rightly."""

import asyncio
import http.client
import json
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from mockserver.connection.first_use import FirstUse
from mockserver.defects import DEFECTS
from mockserver.http_api.vendor_api import VendorApi
from mockserver.wire_faults.fault import Fixed

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
UNPARK = json.dumps({"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}).encode()
JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": "Bearer mock.default.12"}
CALLER = {"Authorization": "Bearer mock.caller.12"}
ORIGIN = {"Origin": "http://localhost:3000"}
NEW = {"source": ["0003*210"], "destination": ["0003*211"]}

PROCESS = """
import sys
from callpark.command_line import main
try:
    main(["mock", "--port", "0"])
except SystemExit:
    print(*sorted(sys.modules), file=sys.stderr)
"""
LIBRARIES = {
    *(
        "click",
        "httptools",
        "jsonschema_rs",
        "msgspec",
        "orjson",
        "typing_extensions",
        "uvicorn",
        "uvloop",
        "yaml",
    ),
    "cython_runtime",  # of uvloop
}
"""Third parties' packages that a start may import."""
DOMESTIC = {
    "callpark.companion",
    "contract_tests",
    "mockserver.control",
    "mockserver.defect",
    "mockserver.defects",
    "mockserver.explanation",
    "mockserver.http_api.application",
    "mockserver.http_api.engine",
    "mockserver.journal.search",
    "mockserver.serving.workers",
    "mockserver.sessions.shared_sessions",
    "mockserver.store.coding",
    "mockserver.variants",
    "mockserver.way.defect_seam",
    "mockserver.way.store_seam",
    "mockserver.wire_faults.playing",
}
"""Modules of our own that a start has no use for."""

# name -> (method, path, headers, body, status, what the answer has in it)
FIRST = {
    "an UnPark": ("PUT", PATH, BEARER | JSON, UNPARK, 200, b"0003*024"),
    "a List": ("GET", PATH, BEARER, None, 200, b"totalResults"),
    "a List with a query": ("GET", f"{PATH}?count=1", BEARER, None, 200, b"totalResults"),
    "a refusal": ("PUT", PATH, BEARER | JSON, b"{", 400, b"request_invalid"),
    "no token": ("PUT", PATH, JSON, UNPARK, 401, b"access_denied"),
    "nothing there": ("GET", "/uapi/nowhere", BEARER, None, 404, b"not_found"),
    "another method": ("PATCH", PATH, BEARER, None, 405, b"Allowed"),
    "a preference": ("PUT", PATH, BEARER | JSON | {"Prefer": "code=501"}, UNPARK, 501, b"error"),
    "a new call": (
        "POST",
        "/uapi/phoneCalls/12/simple",
        CALLER | JSON,
        json.dumps({"extension": "0003*210", "phoneCallView": [NEW]}).encode(),
        200,
        b"0003*211",
    ),
    "a token": (
        "POST",
        "/oauth/token.php",
        {"Content-Type": "application/x-www-form-urlencoded"},
        b"grant_type=client_credentials&client_id=12&client_secret=x",
        200,
        b"access_token",
    ),
    "a web page": ("GET", PATH, BEARER | ORIGIN, None, 200, b"totalResults"),
    "a preflight": (
        "OPTIONS",
        PATH,
        ORIGIN | {"Access-Control-Request-Method": "PUT"},
        None,
        200,
        b"",
    ),
    "health": ("GET", "/_mock/health", {}, None, 200, b"ready"),
    "the console": ("GET", "/_mock/console", {}, None, 200, b"<html"),
    "the journal": ("GET", "/_mock/journal", {}, None, 200, b"entries"),
    "a search": ("POST", "/_mock/journal/search", JSON, b'{"request": {"method": "GET"}}', 200, b"["),
    "the pages about the document": ("GET", "/_mock/docs", {}, None, 200, b"<html"),
    "a snapshot": ("GET", "/_mock/state/export", {}, None, 200, b"{"),
    "an unknown defect": ("PUT", "/_mock/behaviour", JSON, b'{"defect": "none-such"}', 400, b"none-such"),
}
ALONE = ("a List with a query", "a token", "a web page", "a preflight", "an unknown defect", "the console")


@contextmanager
def started():
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        for line in process.stdout:
            if "http://127.0.0.1:" in line:
                yield process, int(line.partition("http://127.0.0.1:")[2].partition("/")[0])
                break
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def ask(port, method, path, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def imported(process):
    """What a process has imported by its end."""
    process.terminate()
    return set(process.stderr.read().split())


def has(modules, name):
    return any(each == name or each.startswith(f"{name}.") for each in modules)


def test_a_start_and_the_first_answers_import_no_more_than_they_need():
    with started() as (process, port):
        assert ask(port, *FIRST["an UnPark"][:4])[0] == 200
        assert ask(port, *FIRST["a List"][:4])[0] == 200
        modules = imported(process)
    tops = {each.partition(".")[0] for each in modules} - sys.stdlib_module_names
    ours = {"callpark", "callpark_spec", "mockserver", "__main__"}
    # Names with an underscore are of what sets up the interpreter, or halves of a library in C.
    assert {each for each in tops - ours if not each.startswith("_")} - {"sitecustomize"} <= LIBRARIES
    assert {each for each in DOMESTIC if has(modules, each)} == set()
    assert not has(modules, "sqlite3")


def test_these_modules_are_there_to_be_left_out():
    """A name that nobody has any more would be left out for ever."""
    for each in DOMESTIC:
        __import__(each)


@pytest.mark.parametrize("kind", ALONE)
def test_whatever_comes_first_is_answered(kind):
    *question, status, part = FIRST[kind]
    with started() as (process, port):
        answered = ask(port, *question)
        assert (answered[0], part in answered[1]) == (status, True), answered
        assert kind == "a preflight" or has(imported(process), "connexion")


def test_all_of_them_may_come_first_at_once():
    answers = {}

    def come(kind, question):
        barrier.wait()
        answers[kind] = ask(port, *question)

    with started() as (_, port):
        barrier = threading.Barrier(2 * len(FIRST))
        threads = [
            threading.Thread(target=come, args=((kind, number), FIRST[kind][:4]))
            for kind in FIRST
            for number in (1, 2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for kind, (*_, status, part) in FIRST.items():
        told = [answers[kind, number] for number in (1, 2)]
        if kind == "an UnPark":  # there is nothing left to do for the second
            assert sorted(each[0] for each in told) == [200, 204]
            continue
        assert [(each[0], part in each[1]) for each in told] == [(status, True)] * 2, (kind, told)


# What was set is done to the very next request, and no less than that because something had to be loaded for it.
SET = {
    "a defect": ("PUT", "behaviour", {"defect": "retrieval-207"}, 207),
    "a variant": ("PUT", "behaviour", {"variants": ["accepted-202"]}, 202),
    "a wire fault": ("POST", "faults", {"fault": "SERVICE_UNAVAILABLE"}, 503),
}


@pytest.mark.parametrize("what", SET)
def test_what_is_set_first_is_done_next(what):
    method, place, body, status = SET[what]
    with started() as (process, port):
        told, answer = ask(port, method, f"/_mock/{place}", JSON, json.dumps(body).encode())
        assert told == 200, answer
        assert ask(port, "PUT", PATH, BEARER | JSON, UNPARK)[0] == status
        assert has(imported(process), "connexion")


class Held(RuntimeError):
    pass


@pytest.fixture
def applications(monkeypatch):
    """Those made, each when `go` says so."""
    made = []
    plain = VendorApi._application

    def make(self):
        made.append(self)
        if isinstance(make.go, Exception):
            raise make.go
        assert make.go.wait(timeout=60)
        return plain(self)

    make.go = threading.Event()
    make.made = made
    monkeypatch.setattr(VendorApi, "_application", make)
    return make


@pytest.fixture
def opened(make_api):
    def make(**settings):
        api = make_api(**settings)
        api.mock.sessions.open("default")
        return api

    return make


def test_who_needs_no_connexion_is_answered_while_it_is_loaded(applications, opened, runner):
    api = opened()

    async def meanwhile():
        odd = asyncio.create_task(api._send("GET", f"{PATH}?count=1", BEARER, {}))
        other = asyncio.create_task(api._send("GET", f"{PATH}?count=1", BEARER, {}))
        while not applications.made:
            await asyncio.sleep(0)
        quick = await api._send("GET", PATH, BEARER, {})
        assert not odd.done()
        applications.go.set()
        return quick, await odd, await other

    answers = runner.run(meanwhile())
    assert [each.status_code for each in answers] == [200] * 3
    assert len(applications.made) == 1


def test_where_connexion_cannot_be_loaded_that_is_told_and_tried_again(
    applications, opened, error_of, caplog
):
    api = opened()
    applications.go = RuntimeError("half an installation")
    assert error_of(api("GET", f"{PATH}?count=1")) == (500, "internal_server_error")
    assert "half an installation" in caplog.text
    assert api("GET", PATH).status_code == 200
    applications.go = threading.Event()
    applications.go.set()
    assert api("GET", f"{PATH}?count=1").status_code == 200


@pytest.mark.parametrize(
    "settings",
    [
        {"fast_path": False},
        {"delay": Fixed(milliseconds=5)},
        {"variants": ("accepted-202",)},
        {"defect": DEFECTS["retrieval-207"]},
        {"store": "world.db"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_mock_all_of_whose_requests_need_connexion_loads_it_at_the_start(
    applications, make_api, settings, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    settings = {**settings, "store": f"./{settings['store']}"} if "store" in settings else settings
    applications.go.set()
    make_api(**settings).mock.close()
    assert applications.made


def test_it_is_made_once_and_made_again_only_after_an_error():
    made = []

    def make():
        made.append(len(made))
        if len(made) == 1:
            raise Held
        return made[-1]

    use = FirstUse(make)
    with pytest.raises(Held):
        use.at_once()
    assert (use.at_once(), use.at_once(), asyncio.run(use.get())) == (1, 1, 1)


def test_what_comes_late_to_a_process_that_looks_for_no_garbage_is_not_looked_through():
    code = (
        "import gc\n"
        "from mockserver.connection.first_use import FirstUse\n"
        "kept = []\n"
        "make = lambda: kept.append([[] for _ in range(1000)]) or kept\n"
        "FirstUse(make).at_once()\n"
        "assert gc.get_freeze_count() == 0\n"
        "gc.freeze()\n"
        "before = gc.get_freeze_count()\n"
        "FirstUse(make).at_once()\n"
        "assert gc.get_freeze_count() >= before + 1000\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_who_asked_first_goes_on_first():
    """Also where it is only made for them: the order of requests is that in which they came."""
    may_begin = threading.Event()
    use = FirstUse(lambda: may_begin.wait(20))
    order = []

    async def ask(number):
        await use.get()
        order.append(number)

    async def all_at_once():
        asked = [asyncio.ensure_future(ask(number)) for number in range(30)]
        await asyncio.sleep(0)
        may_begin.set()
        await asyncio.gather(*asked)

    asyncio.run(all_at_once())
    assert order == list(range(30))


def test_what_could_not_be_made_is_made_for_the_next_one_who_asks():
    made = []

    def make():
        made.append(None)
        if len(made) == 1:
            raise OSError("no such file")
        return "made"

    async def ask_twice(use):
        with pytest.raises(OSError, match="no such file"):
            await use.get()
        return await use.get()

    assert asyncio.run(ask_twice(FirstUse(make))) == "made"
