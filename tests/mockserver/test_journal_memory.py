"""What the journal says it keeps in bytes, against what the interpreter says."""

import gc
import tracemalloc

EXCHANGES = 200


def test_the_bytes_that_the_journal_counts_are_about_those_that_it_takes(api):
    def ask(times):
        for _ in range(times):
            api.unpark(waitForPickup=0)
            api.listed()

    ask(20)
    journal = api.mock.sessions.open("default").journal
    tracemalloc.start()
    try:
        gc.collect()
        before, counted = tracemalloc.get_traced_memory()[0], journal.bytes_kept
        ask(EXCHANGES // 2)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert journal.evicted.entries == 0
    assert 0.75 * taken < journal.bytes_kept - counted < 1.5 * taken
