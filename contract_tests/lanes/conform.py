"""The lane `conform`: the fixed, exhaustive table, in one fixed order.

Refusals and observations share a parked call, which each of them must leave where it is; a call that does not survive
is replaced. The opening is a handful of refusals and then, on that very call, the control, the page's own request: it
proves that the refusals were refused for their fault and not for something else, and a server that is wrong in any
common way has shown it by then. Then the other refusals, on a call that the first of the other retrievals takes out of
the lot. Each retrieval has a call of its own. Where the rung has few calls, all refusals belong to the opening, and
retrievals are packed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from contract_tests.case import Case, Kind
from contract_tests.draft import Lacking, Setting
from contract_tests.evidence import Evidence
from contract_tests.exchange import Exchange
from contract_tests.lanes.packing import Pack, packed
from contract_tests.lanes.trial import Trial
from contract_tests.lanes.watch import Watch
from contract_tests.settling import Settling
from contract_tests.sighting import Sighting, is_unchanged
from contract_tests.state.rung import Rung, RungError
from contract_tests.target import Target
from contract_tests.world import KnownCall, World

ATTEMPTS = 4
SILENCES = 2
TOO_LONG_TO_GO_ON = 5.0
"""Seconds that a request without an answer may take, if there are to be more of its kind."""
SHARING = (Kind.REFUSAL, Kind.OBSERVATION)
HARMLESS = "body/no-server-error"
"""The clause whose observations cannot retrieve a call, whatever the target makes of them."""


@dataclass(kw_only=True)
class ConformLane:
    """Runs cases against a target and yields evidence; for a case that is tried again, the later one counts.

    `started` is told of each case before it is sent. `opening` names the refusals
    that go before the control where calls are plenty; without it all of them do.
    `settling` waits for what an answer said to come to show in a listing.
    After `deadline`, on the target's clock, nothing more is sent. With `safe` only what must be refused is sent.
    """

    target: Target
    rung: Rung
    world: World
    control: Case
    settling: Settling
    opening: tuple[str, ...] | None = None
    not_offered: frozenset[str] = frozenset()
    started: Callable[[Case], None] = lambda case: None
    deadline: float | None = None
    safe: bool = False
    calls_used: int = 0
    _trial: Trial = field(init=False)
    _watch: Watch = field(init=False)
    _silent: int = 0
    _has_answered: bool = False
    _unspent: dict[str, KnownCall] = field(default_factory=dict)
    _along: tuple[Case, ...] = ()
    _all: list[KnownCall] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._trial = Trial(
            target=self.target,
            world=self.world,
            control=self.control,
            settling=self.settling,
            not_offered=self.not_offered,
        )
        self._watch = Watch(
            trial=self._trial,
            park=lambda: self._ask_for(self._witness),
            send_again=self._beside_witness,
            now=self.target.now,
        )

    def run(self, cases: Sequence[Case]) -> Iterable[Evidence]:
        """Evidence case by case. Raises `RungError` when not even one parked call can be had."""
        ordered = in_order(cases, self.control, None if self.rung.is_scarce else self.opening)
        if self.safe:
            ordered = [case for case in ordered if case.must_be_refused]
        shared = self._take()
        if self.rung.is_scarce or self.safe:
            self._trial.witness = self._ask_for(self._witness)
        else:
            self.started(ordered[0])
            self._watch.begin(ordered[0])
        if self.rung.is_scarce:
            variations = [case for case in ordered if self._is_variation(case)]
            self._along, packs = packed(variations, Setting(world=self.world, call=shared))
            ordered = [case for case in ordered if not self._is_variation(case)]
        else:
            packs = []
        yield from self._in_turn(ordered, shared)
        for pack in packs:
            for case in pack.cases:
                self.started(case)
            yield from self._of_pack(pack)
        self._release()

    def _is_variation(self, case: Case) -> bool:
        return case.kind is Kind.RETRIEVAL and case is not self.control

    def _in_turn(self, cases: Sequence[Case], shared: KnownCall) -> Iterator[Evidence]:
        closing = closing_cases(cases)
        for case in cases:
            if self._watch.is_old:
                shared = yield from self._looked_around(shared)
                self.started(case)
                self._watch.begin(case)
            together = (case, *(self._along if case is self.control else ()))
            for one in together:
                self.started(one)
            if reason := self._reason_not_to(case):
                yield from (Evidence(case=one, lacking=reason) for one in together)
                continue
            try:
                evidence = self._evidence(case, shared)
                shared = self._left_over(case, evidence, shared)
            except RungError as error:
                evidence = Evidence(case=case, lacking=f"no parked call: {error}")
            except Exception as error:  # noqa: BLE001  a fault of ours costs this case its verdict, not the run
                evidence = Evidence(case=case, broken=f"{type(error).__name__}: {error}")
            self._count_silence(evidence)
            yield evidence
            self._watch.heed(evidence)
            yield from (replace(evidence, case=along) for along in together[1:])
            if case in closing:
                shared = yield from self._looked_around(shared)

    def _looked_around(self, shared: KnownCall) -> Generator[Evidence, None, KnownCall]:
        """What was sent again to find out who touched the witness. It may have touched the shared call as well."""
        again = list(self._watch.look())
        yield from again
        return replace(shared, parked=False) if again else shared

    def _of_pack(self, pack: Pack) -> Iterator[Evidence]:
        if reason := self._reason_not_to(pack.leader):
            yield from (Evidence(case=case, lacking=reason) for case in pack.cases)
            return
        try:
            evidence = self._together(pack)
            self._count_silence(evidence)
        except RungError as error:
            yield from (Evidence(case=case, lacking=f"no parked call: {error}") for case in pack.cases)
            return
        if evidence.exchange is None and pack.is_elsewhere:
            yield replace(evidence, case=pack.leader)
            if pack.cases[1:]:
                yield from self._of_pack(Pack(pack.cases[1:], pack.parts))
            return
        if len(pack.cases) > 1 and (_is_refused(evidence) or evidence.left_something):
            for half in pack.halves():
                yield from self._of_pack(half)
            return
        yield from (replace(evidence, case=case) for case in pack.cases)

    def _together(self, pack: Pack) -> Evidence:
        if pack.is_elsewhere:
            evidence = self._on_sibling(pack.leader, partial(self._of_several, pack))
        else:
            unspent = self._unspent.pop(self.world.extension, None)
            evidence = self._tried(partial(self._of_several, pack), unspent or self._take(), self._take)
        if evidence.call is not None and (evidence.exchange is None or _is_refused(evidence)):
            self._unspent[evidence.call.extension] = evidence.call
        return evidence

    def _of_several(self, pack: Pack, call: KnownCall) -> Evidence:
        if len(pack.cases) == 1:
            return self._trial.of(pack.leader, call)
        request = pack.request(Setting(world=self.world, call=call))
        also = tuple(case.id for case in pack.cases[1:])
        return self._trial.with_request(Evidence(case=pack.leader, call=call), request, also)

    def _evidence(self, case: Case, shared: KnownCall) -> Evidence:
        if case.kind is Kind.NOT_PARKED:
            return self._on_talking(case)
        if case.elsewhere:
            return self._on_sibling(case, partial(self._trial.of, case))
        if self._is_variation(case):
            call = shared if shared.parked else self._take()
            return self._tried(partial(self._trial.of, case), call, self._take)
        if case.kind in SHARING and not shared.parked:
            shared = self._take()
        renewed = self._retrieved if case.kind is Kind.REPEATED else self._take
        also = tuple(one.id for one in self._along) if case is self.control else ()
        return self._tried(partial(self._trial.of, case, also=also), shared, renewed)

    def _beside_witness(self, tried: Evidence) -> Evidence | None:
        """The case again, on a fresh call; None where there is no call, or no time, any more."""
        case = tried.case
        park = partial(self._take, self.world.sibling if case.elsewhere else None)
        if self._reason_not_to(case):
            return None
        try:
            again = self._tried(partial(self._trial.of, case, watched=True), park(), park)
        except RungError:
            return None
        return replace(again, attempts=tried.attempts + again.attempts)

    def _tried(
        self, of: Callable[[KnownCall], Evidence], call: KnownCall, renewed: Callable[[], KnownCall]
    ) -> Evidence:
        """A transport error says nothing of the target, so the request is sent again, on a fresh call.

        Where calls are few, one that the lost request has left as it was is fresh enough.
        """
        evidence = of(call)
        for attempt in range(2, ATTEMPTS + 1):
            if not _is_broken_off(evidence):
                break
            try:
                spared = evidence.call if self.rung.is_scarce and _is_spared(evidence) else None
                evidence = replace(of(spared or renewed()), attempts=attempt)
            except RungError:
                break
        return evidence

    def _retrieved(self) -> KnownCall:
        """A fresh call, retrieved already by the page's own request."""
        call = self._take()
        self.target.exchange(self.control.request(Setting(world=self.world, call=call)), role="set-up")
        return replace(call, parked=False)

    def _reason_not_to(self, case: Case) -> str:
        if self.target.lost:
            return self.target.lost
        if self.went_away:
            return self.went_away
        if self.deadline is not None and self.target.now() > self.deadline:
            return "the time for this run was over"
        if self.rung.is_scarce and case.kind is Kind.OBSERVATION and case.clause != HARMLESS:
            return "the calls are too few to spend one on an observation"
        return ""

    @property
    def went_away(self) -> str:
        """Why the target is asked no more; empty while it answers."""
        silent = self._silent >= SILENCES
        return f"the target left {SILENCES} cases in a row without an answer" if silent else ""

    def _count_silence(self, evidence: Evidence) -> None:
        """Silence that may be about the request alone, a grey one that is dropped at once, does not count.

        A case that was not sent says nothing of the target, neither that it answers nor that it does not. One that has
        answered a case, and the listing after this one, has not gone: it hangs on some requests (`InVain` bounds that).
        """
        exchange = evidence.exchange
        if exchange is None:
            return
        if exchange.response is not None:
            self._silent, self._has_answered = 0, True
        elif self._has_answered and evidence.after is not None and evidence.after.response is not None:
            self._silent = 0
        elif evidence.case.kind is not Kind.OBSERVATION or exchange.elapsed > TOO_LONG_TO_GO_ON:
            self._silent += 1

    def _on_talking(self, case: Case) -> Evidence:
        call = self._ask_for(self._talking)
        if call is None:
            sentence = f"the rung {self.rung.name} offers no call that is not parked"
            return self._trial.lacking(Evidence(case=case), Lacking("talking", sentence))
        return self._tried(partial(self._trial.of, case), call, self._talking)

    def _on_sibling(self, case: Case, try_on: Callable[[KnownCall], Evidence]) -> Evidence:
        extension = self.world.sibling
        call = self._unspent.pop(extension, None) if extension else None
        call = call or (self._ask_for(lambda: self._take(extension)) if extension else None)
        if call is None:
            sentence = f"the rung {self.rung.name} parks no call at a second extension of the user"
            return self._trial.lacking(Evidence(case=case), Lacking("sibling", sentence))
        return self._tried(try_on, call, lambda: self._take(extension))

    def _left_over(self, case: Case, evidence: Evidence, shared: KnownCall) -> KnownCall:
        """The shared call for the cases to come: what a case left of it, or a fresh one where it was used up."""
        if evidence.exchange is None or evidence.call is None:
            return shared
        if case is self.control:
            return replace(evidence.call, parked=False)
        if self._is_variation(case) and not case.elsewhere:
            return replace(shared, parked=False)
        if case.kind not in SHARING:
            return shared
        before, after = evidence.seen_before(), evidence.seen_after()
        may_show_late = _is_accepted(evidence.exchange) and not self.rung.is_scarce
        if may_show_late or _was_used_up(before, after, evidence.exchange):
            return self._take()
        return evidence.call

    def _take(self, extension: str | None = None) -> KnownCall:
        """A fresh call, parked only now: a call that waits in the lot may reach the end of its time there."""
        call = self._to_release(self.rung.parked(1, extension)[0])
        self.calls_used += 1
        if self._trial.witness is not None and self._trial.witness.id == call.id:
            self._trial.witness = None  # where calls are few, it is used like the others in the end
        return call

    def _talking(self) -> KnownCall:
        return self._to_release(self.rung.talking())

    def _witness(self) -> KnownCall:
        return self._to_release(self.rung.witness())

    def _to_release(self, call: KnownCall) -> KnownCall:
        self._all.append(call)
        return call

    def _ask_for(self, offer: Callable[[], KnownCall]) -> KnownCall | None:
        try:
            return offer()
        except RungError:
            return None

    def _release(self) -> None:
        try:
            self.rung.release(self._all)
        except RungError:
            return  # the verdicts stand; what is left over ends by itself


def in_order(cases: Iterable[Case], control: Case, opening: Sequence[str] | None = None) -> list[Case]:
    """The cases in the order in which they are sent; the control is always among them.

    Without an opening all refusals go before the control; else as many as it names, those that it names in front.
    """
    chosen = list(cases)
    place = {slug: number for number, slug in enumerate(opening or ())}
    sharing = sorted(
        (case for case in chosen if case.kind in SHARING), key=lambda case: place.get(case.id, len(place))
    )
    first = len(sharing) if opening is None else len(opening)
    return [
        *sharing[:first],
        control,
        *(case for case in chosen if case.kind is Kind.REPEATED),
        *sharing[first:],
        *(case for case in chosen if case.kind is Kind.RETRIEVAL and case is not control),
        *(case for case in chosen if case.kind is Kind.NOT_PARKED),
    ]


def closing_cases(ordered: Sequence[Case]) -> list[Case]:
    """The cases after which the witness is looked at: the last of those that share a call, the last other retrieval."""
    sharing = [case for case in ordered if case.kind in SHARING]
    retrievals = [case for case in ordered if case.kind is Kind.RETRIEVAL]
    return [*sharing[-1:], *retrievals[-1:]]


def _is_refused(evidence: Evidence) -> bool:
    exchange = evidence.exchange
    return exchange is not None and exchange.response is not None and exchange.response.status >= 400


def _is_broken_off(evidence: Evidence) -> bool:
    exchange = evidence.exchange
    return exchange is not None and exchange.response is None and not exchange.timed_out


def _is_spared(evidence: Evidence) -> bool:
    return is_unchanged(evidence.seen_before(), evidence.seen_after()) is True


def _is_accepted(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.status < 300


def _was_used_up(before: Sighting, after: Sighting, exchange: Exchange) -> bool:
    unchanged = is_unchanged(before, after)
    if unchanged is None:
        return exchange.response is None or exchange.response.status < 300
    return not unchanged
