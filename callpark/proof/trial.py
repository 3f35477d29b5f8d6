"""One trial: a check of a candidate, from its URL to its outcome."""

from __future__ import annotations

import io
import time

import callpark_spec
from callpark import __version__
from callpark.proof.candidate import Trial
from callpark.proof.empty_servers import HOOK
from callpark.proof.outcome import Outcome, outcome_of
from callpark.run_id import new_run_id
from contract_tests.approach import approach
from contract_tests.check import Check, Plan
from contract_tests.profile import Profile
from contract_tests.record.reader import read_record

_SECRETS = {"token": "one.user", "other_token": "another.user", "expired_token": "an.expired.one"}


def tried(trial: Trial, url: str) -> Outcome:
    """Checks what answers at the URL. Whatever goes wrong on our side is the outcome's trouble."""
    try:
        return _checked(trial, url)
    except Exception as error:  # noqa: BLE001  # one trial that breaks must not take the others with it
        return Outcome(trial=trial, trouble=f"{type(error).__name__}: {error}"[:500])


def _checked(trial: Trial, url: str) -> Outcome:
    run = new_run_id()
    found = approach(url, run=run, profile=_empty_profile(url) if trial.candidate.empty else None)
    catalogue = callpark_spec.load()
    stream = io.BytesIO()
    check = Check(
        plan=Plan(
            profile=found.profile,
            run=run,
            lane=trial.lane,
            seed=trial.seed,
            max_time=trial.max_time,
            by_chance=trial.by_chance,
        ),
        target=found.target,
        rung=found.rung,
        catalogue=catalogue,
        version=__version__,
        stream=stream,
        sleep=time.sleep,
    )
    try:
        check.run()
    finally:
        found.target.close()
    return outcome_of(trial, read_record(stream.getvalue()), catalogue)


def _empty_profile(url: str) -> Profile:
    """An empty server stays as it is: what does not show at once never does."""
    return Profile(name="an empty server", hook=url + HOOK, settle=0.2, secrets=_SECRETS)
