"""The benchmarks run; what they print is nobody's promise here."""

import importlib
import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(monkeypatch):
    """Modules of the benchmarks by name."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module


def test_the_benchmark_of_worlds_prints_its_figures(bench, monkeypatch, capsys, tmp_path):
    worlds, publishing = bench("worlds"), bench("publishing")
    page = tmp_path / "performance.md"
    page.write_text(f"# Fast\n\n{worlds.BEGIN}\noutdated\n{worlds.END}\n\nMore.\n", encoding="utf-8")
    monkeypatch.setattr(publishing, "PAGE", page)
    monkeypatch.setattr(worlds, "MANY", 100)
    monkeypatch.setattr(worlds, "GROWING", (10, 20))
    monkeypatch.setattr(sys, "argv", ["worlds.py", "--rounds", "1", "--publish"])
    assert worlds.main() == 0
    figures, curves = capsys.readouterr().out.split("\n\n")
    told = [line.split(" ms  ") for line in figures.splitlines()]
    assert [name.partition(":")[0] for _, name in told] == [
        "a day of parking",
        "a day of parking",
        "a day in the busy lobby",
        "a fresh session in the documented scenario",
        "a session for a test, made and dropped through the control plane",
        "a fresh session with five hundred parked calls",
        "a call retrieved and parked again 10000 times, by turns in 1000 sessions",
        "the same where they are at `--memory-limit`",
    ]
    assert all(float(milliseconds) >= 0 for milliseconds, _ in told)
    assert [line[:24].strip() for line in curves.splitlines()[1:]] == list(worlds.CURVES)
    text = page.read_text(encoding="utf-8")
    assert all(f"\n| {name} | " in text for name in (*worlds.CURVES, *worlds.FIGURES))
    assert "outdated" not in text
    assert text.endswith("\n\nMore.\n")


def test_both_ways_can_be_compared_from_the_command_line():
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / "two_ways.py", "--requests", "100"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("100 requests, seed 1, ")


def server(name, rate, **more):
    run = {
        "rate": rate,
        "cpu": 1e6 / rate,
        "p50": 0.5,
        "p99": 1.5,
        "bad": 0,
        "broken": 0,
        "least": 1,
        "most": 2,
    }
    return {
        "name": name, "what": "", "version": "1.0", "update": run, "coldMilliseconds": 300.4, "coldLeast": 1.0,
        "coldMost": 2.0, "coldMegabytes": 40.0, "megabytesUnderLoad": 50.2, "looksAtPayloads": True, **more,
    }  # fmt: skip


@pytest.fixture
def found():
    how = {
        "rounds": 5, "seconds": 2, "coldStarts": 20, "realTime": False, "processor": "P", "cores": 2, "loadBefore": 0.5,
        "python": "3.11", "node": "v20", "java": "openjdk 17", "wrk": "wrk 4", "system": "Linux 6",
    }  # fmt: skip
    connexion = server("connexion", 2_000.0, refused={"rate": 2_500.0})
    return {
        "method": how,
        "missing": ["Mockoon"],
        "servers": [connexion, server("callpark", 16_000.0), server("a<b", 1.0, looksAtPayloads=False)],
    }


def test_what_was_measured_stands_on_the_page_in_the_table_and_in_the_chart(
    bench, found, tmp_path, monkeypatch
):
    publishing = bench("publishing")
    page = tmp_path / "performance.md"
    page.write_text(f"# Fast\n\n{publishing.BEGIN}\noutdated\n{publishing.END}\n\nMore.\n", encoding="utf-8")
    monkeypatch.setattr(publishing, "PAGE", page)
    table = publishing.publish(found)
    text = page.read_text(encoding="utf-8")
    assert "| callpark 1.0 | 16,000 | 8.0 | 62 | 1.5 |  |  | 300 | 50 |" in table
    assert "| connexion 1.0 | 2,000 | 1.0 | 500 | 1.5 | 2,500 |  | 300 | 50 |" in table
    assert table in text
    assert "outdated" not in text
    assert text.endswith("More.\n")
    assert "Not installed, and so not measured: Mockoon." in text
    assert (
        json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))["servers"][0]["name"] == "callpark"
    )
    chart = page.with_suffix(".svg").read_text(encoding="utf-8")
    assert ">16,000<" in chart
    assert "a&lt;b" in chart


def test_the_ratios_are_to_the_best_of_a_peer_and_only_to_what_was_measured(bench):
    servers = [
        server("callpark", 16_000.0, refused={"rate": 12_000.0}),
        server("connexion", 2_000.0),
        server("Prism", 1_000.0, refused={"rate": 4_000.0}, coldMegabytes=100.0),
        server("Prism, its log off", 4_000.0, refused={"rate": 3_000.0}, coldMegabytes=80.0),
    ]
    told = list(bench("ratios").ratio_rows(servers))
    assert "| PUT/s over plain connexion's | ≥ 8 | 8.00 |" in told
    assert "| PUT/s over Prism's best | ≥ 3.5 | 4.00 |" in told
    assert "| PUT/s over WireMock's that looks at payloads | ≥ 2 |  |" in told
    assert "| refusals/s over Prism's best | ≥ 5 | 3.00 |" in told
    assert "| refusals/s over its own PUT/s | ≥ 0.8 | 0.75 |" in told
    assert "| memory when started over Prism's best | ≤ 0.5 | 0.50 |" in told


def test_of_some_servers_nothing_is_published(bench, monkeypatch, capsys):
    beside = bench("beside")
    monkeypatch.setattr(beside, "peers", lambda: ())
    monkeypatch.setattr(beside, "wrk", lambda: "wrk")
    monkeypatch.setattr(beside, "publish", lambda found: pytest.fail("published"))
    monkeypatch.setattr(sys, "argv", ["beside.py", "--only", "Nobody"])
    assert beside.main() == 0
    assert capsys.readouterr().out.startswith("|  | PUT/s |")


def test_what_was_measured_once_lies_beside_the_page(bench):
    """The page, its chart and its figures are of one run."""
    publishing = bench("publishing")
    figures = json.loads(publishing.PAGE.with_suffix(".json").read_text(encoding="utf-8"))
    assert publishing.tables(figures) in publishing.PAGE.read_text(encoding="utf-8")
    assert publishing.chart(figures) == publishing.PAGE.with_suffix(".svg").read_text(encoding="utf-8")


def test_a_peer_that_is_not_installed_is_named(bench, monkeypatch, tmp_path, capsys):
    beside, peers = bench("beside"), bench("peers")
    absent = peers.Peer(name="Nobody", what="", command=lambda port: (), needs=(ROOT / "build" / "nobody",))
    monkeypatch.setattr(beside, "peers", lambda: (absent,))
    monkeypatch.setattr(beside, "wrk", lambda: "wrk")
    monkeypatch.setattr(beside, "publish", lambda found: ", ".join(found["missing"]))
    monkeypatch.setattr(sys, "argv", ["beside.py"])
    assert beside.main() == 0
    told = capsys.readouterr()
    assert told.out == "Nobody\n"
    assert told.err == "Nobody is not installed: there is no build/nobody\n"


def test_without_a_load_generator_nothing_is_measured(bench, monkeypatch, capsys):
    beside = bench("beside")
    monkeypatch.setattr(beside, "peers", lambda: ())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["beside.py"])
    assert beside.main() == 1
    assert capsys.readouterr().err == "wrk is not installed; Debian's package is called wrk\n"


def test_the_servers_to_compare_with_start_and_their_processor_time_is_counted(bench):
    """The mock itself, as one that is always there."""
    measuring, peers = bench("measuring"), bench("peers")
    (mock,) = (peer for peer in peers.peers() if peer.name == "callpark")
    peers.BUILD.mkdir(parents=True, exist_ok=True)
    with measuring.served(mock, real_time=False) as (pid, port):
        assert measuring.is_answered(mock, port)
        assert measuring.processor_seconds(pid) > 0
        assert 20 < measuring.resident_megabytes(pid) < 500
    assert not measuring.is_answered(mock, port)


def test_cold_starts_take_turns_and_each_begins_a_round_once(bench, monkeypatch):
    beside, peers = bench("beside"), bench("peers")
    order = []

    def start(peer, *, real_time):
        order.append(peer.name)
        figure = float(len(order))
        return beside.Start(milliseconds=figure, processor_milliseconds=figure, megabytes=figure)

    monkeypatch.setattr(beside, "cold_start", start)
    servers = [peers.Peer(name=name, what="", command=lambda port: ()) for name in "abc"]
    found = beside.cold_starts(servers, 3, real_time=False)
    assert order == [*"abc", *"bca", *"cab"]
    assert found["a"] == {
        "coldMilliseconds": 6.0, "coldLeast": 1.0, "coldMost": 8.0, "coldProcessorMilliseconds": 6,
        "coldMegabytes": 6.0,
    }  # fmt: skip


def test_a_cold_start_is_measured_at_its_first_answer(bench):
    beside, peers = bench("beside"), bench("peers")
    (mock,) = (peer for peer in peers.peers() if peer.name == "callpark")
    start = beside.cold_start(mock, real_time=False)
    assert start.milliseconds > 0
    assert start.processor_milliseconds > 0
    assert 20 < start.megabytes < 500


def test_the_benchmark_of_connections_holds_them_and_prints_its_figures():
    command = [sys.executable, ROOT / "bench" / "connections.py", "--connections", "60", "--requests", "3"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    alone, beside, memory = done.stdout.splitlines()
    assert alone.startswith("alone: median ")
    assert beside.startswith("beside 60 connections: median ")
    assert memory.startswith("memory of the mock for each connection: ")


def test_the_benchmark_of_the_journal_and_wire_faults_prints_its_figures():
    command = [sys.executable, ROOT / "bench" / "wire.py", "--rounds", "1", "--requests", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("with them, none set") == 2


@pytest.mark.valgrind
def test_the_instructions_of_a_request_are_counted(bench, monkeypatch):
    instructions = bench("instructions")
    monkeypatch.setattr(instructions, "MANY", 4)
    refused = instructions.instructions("refused")
    monkeypatch.setattr(instructions, "_counting", partial(slowed, instructions._counting))
    assert refused * 1.1 < instructions.instructions("refused")


def slowed(counting, mode, rounds):
    """As if each round had to be gone through twice."""
    return counting(mode, 2 * rounds)


def test_where_instructions_cannot_be_counted_it_is_said(bench, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert bench("instructions").main([]) == 2
    assert capsys.readouterr().err == "valgrind is not installed; Debian's package is called valgrind\n"


@pytest.mark.parametrize("mode", ["update", "refused", "list"])
def test_what_is_counted_is_answered_as_it_should_be(bench, mode):
    bench("instructions").work(mode, 1)


def test_the_benchmark_of_starts_prints_its_figures_and_puts_them_on_the_page(
    bench, monkeypatch, capsys, tmp_path
):
    starts, publishing = bench("starts"), bench("publishing")
    page = tmp_path / "performance.md"
    page.write_text(f"# Fast\n\n{starts.BEGIN}\noutdated\n{starts.END}\n\nMore.\n", encoding="utf-8")
    monkeypatch.setattr(publishing, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["starts.py", "--rounds", "1", "--publish"])
    assert starts.main() == 0
    told = capsys.readouterr().out.rstrip("\n")
    rows = [row.strip("|").split(" | ") for row in told.partition("\n\n")[0].splitlines()[2:]]
    assert [name.strip() for name, _, _ in rows] == list(starts.STARTS)
    assert all(float(figure) > 0 for _, *figures in rows for figure in figures)
    assert (
        page.read_text(encoding="utf-8") == f"# Fast\n\n{starts.BEGIN}\n\n{told}\n\n{starts.END}\n\nMore.\n"
    )


def test_what_a_plugin_adds_is_told_against_the_run_without_it_of_the_same_round(bench):
    starts = bench("starts")
    ends = {
        starts.BARE: [starts.Taken(9.0, 10.0)] * 5,
        starts.HELP: [starts.Taken(39.0, 40.0)] * 5,
        starts.ALONE: [starts.Taken(each, each) for each in (100.0, 300.0, 200.0, 100.0, 100.0)],
        starts.WITH_OURS: [starts.Taken(each, each) for each in (101.0, 302.0, 207.0, 94.0, 104.0)],
        starts.WITH_ALL: [starts.Taken(500.0, 500.0)] * 5,
    }
    told = list(starts.table(ends))
    assert "| `callpark --help` | 39.0 | 40.0 |" in told
    assert "| `callpark --help`, ms, against 2 × `python -c pass` and 100 ms | ≤ 120 | 40 |" in told
    assert told[-1].endswith(" (the middle half of 5 rounds) | | 2.0 (1.0 to 4.0) |")


def test_a_start_that_ends_badly_is_no_figure(bench, monkeypatch, capfd):
    starts = bench("starts")
    monkeypatch.setattr(starts, "STARTS", {"a wrong end": (sys.executable, "-c", "raise SystemExit(3)")})
    monkeypatch.setattr(sys, "argv", ["starts.py", "--rounds", "1"])
    assert starts.main() == 1
    assert capfd.readouterr().err == f"{sys.executable} -c raise SystemExit(3) ended with 3\n"
