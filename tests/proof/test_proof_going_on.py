"""A proof that goes on: past a worker that dies, and where it was cut short."""

import os
import signal
from importlib import metadata
from pathlib import Path

import msgspec
import pytest

from callpark.command_line import main
from callpark.proof import journal
from callpark.proof import proving as proving_module
from callpark.proof.candidate import Candidate, Trial
from callpark.proof.journal import Head, Journal, code_digest, left_of
from callpark.proof.outcome import Outcome
from callpark.proof.proving import Interrupted
from callpark.proof.workers import workers

HEAD = Head(extent="quick", code="abc", started="2026-01-01T00:00:00Z")


def trial(name, seed=0):
    return Trial(candidate=Candidate(empty=name), purpose="empty", seed=seed)


def fitful(trial):
    """Stands in for a check: some trials end the worker, some only the first time, some never end."""
    name, _, place = trial.candidate.empty.partition(":")
    if name == "dies" or (name == "dies-once" and _first_time(place)):
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "hangs":
        signal.pause()
    return Outcome(trial=trial, exit_code=0, digest=str(os.getpid()))


def _first_time(path):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def run(trials, *, count=2, silence=60.0):
    with workers(count, fitful, silence) as pool:
        return {
            outcome.trial.candidate.empty: outcome for outcome in pool.outcomes([(one,) for one in trials])
        }


def test_a_worker_that_dies_costs_its_own_trial_only(tmp_path):
    once = f"dies-once:{tmp_path / 'seen'}"
    outcomes = run([trial("dies"), trial("one"), trial(once), trial("two")])

    assert outcomes["dies"].trouble == "the worker ended in the middle of the trial"
    assert [outcomes[name].trouble for name in ("one", once, "two")] == ["", "", ""]


def test_a_worker_that_says_nothing_is_given_up():
    outcomes = run([trial("hangs"), trial("one")], count=1, silence=2.0)

    assert outcomes["hangs"].trouble == "the worker said nothing for 2 seconds"
    assert outcomes["one"].trouble == ""


def test_a_batch_stays_with_one_worker_and_waiting_trials_run_beside():
    batch = tuple(trial(f"n{number}") for number in range(4))
    with workers(1, fitful) as pool:
        found = list(pool.outcomes([batch], [(trial("waits"),)]))

    by_worker = {outcome.trial.candidate.empty: outcome.digest for outcome in found}
    assert len({by_worker[one.candidate.empty] for one in batch}) == 1
    assert by_worker["waits"] != by_worker["n0"]


def opened(path, head, *, resume=True):
    journal = Journal(path, head, resume=resume)
    journal.close()
    return journal


def test_outcomes_are_there_again(tmp_path):
    path = tmp_path / "outcomes.ndjson"
    journal = Journal(path, HEAD, resume=True)
    journal.keep(Outcome(trial=trial("one"), exit_code=3), 7.5)
    journal.close()
    with path.open("ab") as stream:
        stream.write(b'{"elapsed": 9, "outco')  # killed in the middle of a line

    again = opened(path, msgspec.structs.replace(HEAD, started="later"))

    assert [outcome.trial for outcome in again.earlier] == [trial("one")]
    assert (again.elapsed, again.head.started) == (7.5, HEAD.started)
    assert opened(path, HEAD).earlier == again.earlier


@pytest.mark.parametrize(
    ("head", "resume"),
    [
        (msgspec.structs.replace(HEAD, code="def"), True),
        (msgspec.structs.replace(HEAD, extent="full"), True),
        (HEAD, False),
    ],
)
def test_outcomes_of_other_code_or_another_extent_are_not_taken(tmp_path, head, resume):
    path = tmp_path / "outcomes.ndjson"
    journal = Journal(path, HEAD, resume=False)
    journal.keep(Outcome(trial=trial("one")), 1.0)
    journal.close()

    assert opened(path, head, resume=resume).earlier == []


@pytest.mark.parametrize("name", ["code.py", "corpus.json", "page.html"])
def test_the_code_is_another_one_when_any_file_of_it_is(tmp_path, monkeypatch, name):
    package = tmp_path / "made_up_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / name).write_text("before", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(journal, "PACKAGES", ("made_up_package",))
    before = code_digest()
    assert code_digest() == before

    (package / name).write_text("after", encoding="utf-8")

    assert code_digest() != before


def test_the_code_is_another_one_with_other_libraries(monkeypatch):
    before = code_digest()
    monkeypatch.setattr(metadata, "distributions", lambda: [metadata.distribution("hypothesis")])

    assert code_digest() != before


def test_what_is_left_counts_equal_trials_and_tries_trouble_again():
    same = [trial("one"), trial("one"), trial("two"), trial("three")]
    done = [Outcome(trial=trial("one")), Outcome(trial=trial("three"), trouble="no server")]

    assert left_of(same, done) == [trial("one"), trial("two"), trial("three")]


def test_outcomes_stay_until_they_are_written_anew(tmp_path, monkeypatch):
    """A disk that is full, or a kill, in the middle of resuming costs nothing that was done."""
    path = tmp_path / "outcomes.ndjson"
    kept = Journal(path, HEAD, resume=False)
    kept.keep(Outcome(trial=trial("one")), 1.0)
    kept.close()
    before = path.read_bytes()

    def full(_self, content):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            Journal(path, HEAD, resume=True)

    assert path.read_bytes() == before


@pytest.fixture
def proving(tmp_path, monkeypatch, proof):
    """`callpark prove`, which comes to a made-up proof; `changes` while it does."""

    def run(*options, changes=False, cut=False):
        digests = iter(["before", "after" if changes else "before"])
        monkeypatch.setattr(journal, "code_digest", lambda: next(digests))

        def prove(*_, **given):
            given["journal"].keep(Outcome(trial=trial("one")), 1.0)
            if cut:
                raise Interrupted(proof, 1, 2)
            return proof

        monkeypatch.setattr(proving_module, "prove", prove)
        with pytest.raises(SystemExit) as ended:
            main(["prove", "--out", str(tmp_path), "--quiet", *options])
        return ended.value.code, sorted(path.name for path in tmp_path.iterdir())

    return run


def test_what_was_proven_of_code_that_changed_meanwhile_is_not_written(proving, capsys):
    assert proving(changes=True) == (1, [])
    assert "the code changed while it was proven: nothing is written; run it again" in capsys.readouterr().err


def test_what_was_proven_of_one_code_is_written(proving):
    _, files = proving()

    assert files
    assert journal.NAME not in files


@pytest.mark.parametrize(
    ("changes", "files", "said"),
    [(False, [journal.NAME], "--resume goes on from there"), (True, [], "they are of no use")],
)
def test_a_proof_that_is_cut_short_goes_on_with_the_same_code_only(proving, capsys, changes, files, said):
    assert proving(changes=changes, cut=True) == (130, files)
    assert said in capsys.readouterr().err
