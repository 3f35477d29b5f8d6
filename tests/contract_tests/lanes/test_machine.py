"""A search leaves nothing behind, however many there are in a run."""

import gc
import weakref

from contract_tests.lanes.machine import Search
from contract_tests.lanes.player import CannotGoOn


class Nobody:
    """A player whose target is gone."""

    def play(self, step):
        raise CannotGoOn("no more calls")

    def end(self):
        pass


def test_what_a_search_held_is_free_when_it_is_over():
    search = Search(player=Nobody, muted=frozenset(), seed=0, max_examples=2)
    assert search.run() is None
    assert search.ended == "no more calls"
    left = weakref.ref(search)
    del search
    gc.collect()

    assert left() is None
