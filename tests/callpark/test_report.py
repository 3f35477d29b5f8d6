"""`callpark report`: renders what is whole and refuses the rest."""

import pytest


@pytest.fixture(scope="module")
def record(tmp_path_factory, callpark_mock_url):
    """The record of a whole check."""
    from callpark.command_line import main

    folder = tmp_path_factory.mktemp("record")
    with pytest.raises(SystemExit) as ended:
        main(["check", callpark_mock_url, "--out", str(folder), "--quiet", "--clause", "failure"])
    assert ended.value.code == 0
    return folder / "record.ndjson"


def test_it_renders_what_the_check_rendered(callpark, record, tmp_path):
    done = callpark("report", record, "--out", "again")
    assert done.status == 0
    for name in ("report.html", "junit.xml"):
        assert (tmp_path / "again" / name).read_bytes() == (record.parent / name).read_bytes()


def test_one_format_alone(callpark, record, tmp_path):
    done = callpark("report", record, "--out", "again", "--format", "junit")
    assert done.status == 0
    assert [path.name for path in (tmp_path / "again").iterdir()] == ["junit.xml"]


def test_a_killed_run_is_refused_as_incomplete(callpark, callpark_mock_url, start):
    process = start("check", callpark_mock_url)
    assert "case 1 of" in process.stderr.readline()
    process.kill()
    process.communicate()
    done = callpark("report", "callpark-report/record.ndjson")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("Error: callpark-report/record.ndjson: it ends after line ")
    assert "without a footer; the run was killed or is still going" in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("kept", [0, 1, 0.5, 0.999])
def test_a_truncated_record_is_refused(callpark, record, tmp_path, kept):
    whole = record.read_bytes()
    (tmp_path / "short.ndjson").write_bytes(
        whole[: kept if isinstance(kept, int) else int(len(whole) * kept)]
    )
    done = callpark("report", "short.ndjson")
    assert done.status == 1
    assert done.err.startswith("Error: short.ndjson: ")
    assert "Traceback" not in done.err
    assert not (tmp_path / "report.html").exists()


def test_an_absent_record_is_said_to_be_absent(callpark):
    done = callpark("report", "absent.ndjson")
    assert done.status in (1, 2)
    assert "absent.ndjson" in done.err
    assert "Traceback" not in done.err
