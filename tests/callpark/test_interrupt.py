"""An interrupt takes no lock with it."""

import signal
import threading

import pytest

from callpark.interrupt import safely_interrupted


@pytest.fixture(autouse=True)
def _handled_as_python_does():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Lock:
    """Interrupted where httpcore's locks can be: taken, and not yet in the hands of whoever asked."""

    def __init__(self, *, at_the_end=False):
        self.at_the_end = at_the_end
        self.is_taken = False

    def __enter__(self):
        self.is_taken = True
        if not self.at_the_end:
            signal.raise_signal(signal.SIGINT)
        return self

    def __exit__(self, *_):
        if self.at_the_end:
            signal.raise_signal(signal.SIGINT)
        self.is_taken = False


def use(lock):
    with lock:
        if not lock.at_the_end:
            threading.Event().wait(20)
    threading.Event().wait(20)


@pytest.mark.parametrize("at_the_end", [False, True])
def test_a_lock_that_is_being_taken_or_given_back_is_given_back(at_the_end):
    lock = Lock(at_the_end=at_the_end)
    with pytest.raises(KeyboardInterrupt), safely_interrupted():
        use(lock)
    assert not lock.is_taken
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_it_the_lock_would_be_kept():
    lock = Lock()
    with pytest.raises(KeyboardInterrupt):
        use(lock)
    assert lock.is_taken


def test_elsewhere_an_interrupt_comes_at_once():
    with pytest.raises(KeyboardInterrupt), safely_interrupted():
        signal.raise_signal(signal.SIGINT)


def test_who_handles_interrupts_himself_goes_on_doing_so():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(True))
    try:
        with safely_interrupted():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [True]


def test_a_thread_that_cannot_handle_signals_is_left_alone():
    failed = []

    def run():
        try:
            with safely_interrupted():
                pass
        except ValueError as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert failed == []
