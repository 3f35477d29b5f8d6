"""The pytest face under pytest-xdist: the verdicts of one process, and one run however many workers there are."""

import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contract_tests.pytest_run import TargetRun
from contract_tests.record.reader import read_record
from contract_tests.verdict import Ruling, Verdict
from contract_tests.workers import once_for_all_workers
from mockserver.app import build
from mockserver.defects import defect
from mockserver.serving.server import running
from mockserver.settings import Settings

RULING = Ruling(clause="a/b", case="a/b/c", reading="document", verdict=Verdict.FAIL, title="t", actual="x")
RUN = TargetRun(rulings={"a/b/c": RULING})


def outcomes(folder, url, *options):
    """Row -> what JUnit says of it."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs", "contract_tests",
               "--target", url, "--junit-xml", "junit.xml", "--record", "record.ndjson", *options]  # fmt: skip
    folder.mkdir()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return {
        case.get("name"): [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        for case in ElementTree.parse(folder / "junit.xml").iter("testcase")
    }


@pytest.mark.parametrize("slug", [None, "no-error-message"])
def test_workers_come_to_what_one_process_does_and_send_once(tmp_path, slug):
    app = build(Settings(defect=defect(slug) if slug else None))
    with running(app) as url:
        alone = outcomes(tmp_path / "alone", url)
        sessions = {session.name for session in app.sessions}
        together = outcomes(tmp_path / "together", url, "-n", "2")
        new = {session.name for session in app.sessions} - sessions
    assert together == alone
    assert any(tags for tags in alone.values()) or slug is None
    assert len([name for name in new if name.startswith("check-")]) == 1
    digests = {read_record(tmp_path / name / "record.ndjson").footer.digest for name in ("alone", "together")}
    assert len(digests) == 1


def test_whoever_asks_at_once_finds_what_the_first_came_to(tmp_path):
    asked, both = [], threading.Barrier(2)

    def ask(_number):
        both.wait(timeout=30)
        return once_for_all_workers(tmp_path / "run.json", lambda: asked.append(1) or RUN)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, range(2))) == [RUN, RUN]
    assert asked == [1]


def test_after_a_run_that_failed_the_next_one_tries(tmp_path):
    def failing():
        raise RuntimeError("no target")

    with pytest.raises(RuntimeError):
        once_for_all_workers(tmp_path / "run.json", failing)
    assert once_for_all_workers(tmp_path / "run.json", lambda: RUN) == RUN


def test_a_worker_that_dies_while_it_writes_lets_the_next_one_try(tmp_path, monkeypatch):
    def broken_off(path, content):
        path.write_text(content[:5].decode(), encoding="utf-8")
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(Path, "write_bytes", broken_off)
        with pytest.raises(KeyboardInterrupt):
            once_for_all_workers(tmp_path / "run.json", lambda: RUN)

    assert once_for_all_workers(tmp_path / "run.json", lambda: RUN) == RUN
