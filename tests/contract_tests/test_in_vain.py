"""What a run waits for in vain, all in all, is bounded; who is slow is not given up for it."""

from contract_tests.exchange import Exchange, Request, Response
from contract_tests.in_vain import InVain

GET = Request(method="GET", target="/")


def exchange(started, elapsed, trouble=None):
    response = None if trouble else Response(status=200)
    return Exchange(
        number=1,
        case="",
        role="request",
        request=GET,
        response=response,
        trouble=trouble,
        started=started,
        elapsed=elapsed,
    )


def counted(*exchanges, timeout=10.0):
    waited = InVain(timeout=timeout)
    for one in exchanges:
        waited.count(one)
    return waited.over


def every_other(unanswered, trouble="late", seconds=10.0):
    for turn in range(unanswered):
        yield exchange(turn * (seconds + 0.1), 0.1)
        yield exchange(turn * (seconds + 0.1) + 0.1, seconds, trouble)


def test_too_long_all_in_all_is_told_with_what_to_do():
    assert counted(*every_other(12)) == ""
    assert counted(*every_other(20)) == (
        "the target left 13 of 26 requests without an answer, and 130 of 131 seconds went into waiting for them;"
        " of callpark check a --timeout below 10 leaves time for more"
    )


def test_who_is_too_busy_is_to_be_asked_less_often():
    said = counted(*every_other(20, "the target kept answering 429"))
    assert "13 of 26 requests without an answer, or was too busy for one, and" in said
    assert said.endswith("of callpark check --rate asks it less often")


def test_slow_answers_are_not_in_vain():
    assert counted(*(exchange(9 * turn, 9.0) for turn in range(1000))) == ""


def test_what_is_cut_off_at_once_takes_no_time():
    assert counted(*(exchange(turn / 1000, 0.001, "reset") for turn in range(10_000))) == ""


def test_a_long_run_may_wait_longer():
    """A quarter of its time."""
    assert counted(exchange(0, 1000), *(exchange(1000 + 10 * turn, 10, "late") for turn in range(30))) == ""
    assert counted(exchange(0, 1000), *(exchange(1000 + 10 * turn, 10, "late") for turn in range(40)))


def test_long_timeouts_are_waited_for_more_than_twice():
    assert counted(*(exchange(60 * turn, 60, "late") for turn in range(4)), timeout=60.0) == ""
    assert counted(*(exchange(60 * turn, 60, "late") for turn in range(5)), timeout=60.0)


def test_what_is_waited_for_at_the_same_time_counts_once():
    assert counted(*(exchange(turn // 3 * 10, 10, "late") for turn in range(36))) == ""
    assert "120 of 120 seconds" not in counted(*(exchange(turn // 3 * 10, 10, "late") for turn in range(39)))
