"""Whichever signal ends a command: what it made for the run goes with it. SIGKILL leaves nobody to see to that."""

import signal
import tempfile
from contextlib import contextmanager

import pytest

from callpark.ending import ended_at_once, ended_in_order
from mockserver.connection.certificates import made_for
from mockserver.serving import server

ENDING = [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


@pytest.fixture(autouse=True)
def heard():
    """No signal is ignored, here and by what is started: under nohup SIGHUP would be, and behind `&` SIGINT."""
    usual = dict.fromkeys(ENDING, signal.SIG_DFL) | {signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder of temporary files, of this process and of those that it starts."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("number", [signal.SIGINT, *ENDING])
def test_a_mock_that_serves_ends_quietly(start_mock, temporary, number):
    mock = start_mock("--tls", "--ready-file", "ready")
    assert len(list(temporary.iterdir())) == 1
    done = mock.end(number)
    assert (done.status, done.out, done.err) == (0, "", "")
    assert list(temporary.iterdir()) == []
    assert [each.name for each in temporary.parent.iterdir()] == ["temporary"]


@pytest.mark.parametrize("number", ENDING)
def test_a_mock_that_does_not_serve_yet_clears_away_too(callpark, temporary, monkeypatch, number):
    monkeypatch.setattr(server, "serve", lambda *_, **__: signal.raise_signal(number))
    done = callpark("mock", "--tls", "--port", 0, "--ready-file", "ready")
    assert done.status == 128 + number
    assert done.err.split() == ["ended", "by", number.name]
    assert list(temporary.iterdir()) == []
    assert [each.name for each in temporary.parent.iterdir()] == ["temporary"]


@pytest.mark.parametrize("number", ENDING)
def test_a_check_says_what_is_left_of_it(start, slow_mock_url, temporary, number):
    process = start("check", slow_mock_url, "--out", "here")
    assert "case 1 of" in process.stderr.readline()
    assert len(list(temporary.iterdir())) == 1
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert "has no footer" in err
    assert f"ended by {number.name}" in err
    assert list(temporary.iterdir()) == []


def test_a_second_signal_does_not_cut_the_clearing_short(temporary):
    @contextmanager
    def another(number):
        try:
            yield
        finally:
            signal.raise_signal(number)

    with (
        pytest.raises(KeyboardInterrupt),
        ended_in_order() as ending,
        made_for("localhost"),
        another(signal.SIGTERM),
        another(signal.SIGHUP),
    ):
        signal.raise_signal(signal.SIGHUP)
    assert ending.number == signal.SIGHUP
    assert list(temporary.iterdir()) == []


def test_while_a_lock_is_taken_the_signal_waits():
    class Lock:
        is_taken = False

        def __enter__(self):
            self.is_taken = True
            signal.raise_signal(signal.SIGTERM)

        def __exit__(self, *_):
            self.is_taken = False

    lock = Lock()
    with pytest.raises(KeyboardInterrupt), ended_in_order() as ending, lock:
        signal.pause()
    assert not lock.is_taken
    assert ending.status == 143


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_in_order():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_program_that_ignores_interrupts_is_ended_all_the_same():
    """As one is that a shell has put into the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(KeyboardInterrupt), ended_in_order():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_fork_is_ended_as_any_program():
    with ended_in_order():
        ended_at_once()
        assert {signal.getsignal(number) for number in ENDING} == {signal.SIG_DFL}
