"""`callpark report`: renders what is whole and refuses the rest."""

import hashlib

import pytest

from callpark.formats import FILES


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
    for name in ("report.html", "junit.xml", "results.json"):
        assert (tmp_path / "again" / name).read_bytes() == (record.parent / name).read_bytes()


def test_one_format_alone(callpark, record, tmp_path):
    done = callpark("report", record, "--out", "again", "--format", "junit")
    assert done.status == 0
    assert [path.name for path in (tmp_path / "again").iterdir()] == ["junit.xml"]


def test_all_formats_are_rendered_and_link_to_the_report(callpark, record, tmp_path):
    done = callpark("report", record, "--out", "again", "--report-url", "https://ci.example/report.html")
    assert done.status == 0
    assert {path.name for path in (tmp_path / "again").iterdir()} == set(FILES.values())
    assert "(<https://ci.example/report.html>)" in (tmp_path / "again" / "summary.md").read_text()


def test_a_check_renders_what_it_is_asked_for(callpark, callpark_mock_url, tmp_path):
    formats = [word for name in ("sarif", "badge") for word in ("--format", name)]
    done = callpark("check", callpark_mock_url, "--quiet", "--clause", "failure/timeout", *formats)
    assert done.status == 0
    names = {path.name for path in (tmp_path / "callpark-report").iterdir()}
    assert names == {"record.ndjson", "results.sarif", "badge.json"}


def test_a_safe_run_takes_the_badge_of_an_earlier_one_away(callpark, callpark_mock_url, tmp_path):
    badge = tmp_path / "callpark-report" / "badge.json"
    badge.parent.mkdir()
    badge.write_text("{}")
    callpark(
        "check", callpark_mock_url, "--quiet", "--safe", "--clause", "failure/timeout", "--format", "badge"
    )
    assert not badge.exists()


def test_a_killed_run_is_refused_as_incomplete(callpark, callpark_mock_url, start):
    process = start("check", callpark_mock_url)
    assert "case 1 of" in process.stderr.readline()
    process.kill()
    process.communicate()
    done = callpark("report", "callpark-report/record.ndjson")
    assert (done.status, done.out) == (3, "")
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
    assert done.status == 3
    assert done.err.startswith("Error: short.ndjson: ")
    assert "Traceback" not in done.err
    assert not (tmp_path / "report.html").exists()


def test_an_absent_record_is_said_to_be_absent(callpark):
    done = callpark("report", "absent.ndjson")
    assert done.status == 3
    assert "absent.ndjson" in done.err
    assert "Traceback" not in done.err


def test_a_record_that_is_not_to_be_believed_is_not_judged_again(callpark, record, tmp_path):
    (tmp_path / "edited.ndjson").write_bytes(
        record.read_bytes().replace(b'"verdict":"pass"', b'"verdict":"fail"', 1)
    )
    done = callpark("rejudge", "edited.ndjson")
    assert (done.status, done.out) == (3, "")
    assert done.err.startswith("could not be judged: edited.ndjson: line ")


@pytest.mark.parametrize("more", [(), ("again.ndjson",)])
def test_where_nothing_can_be_written_one_line_says_so(callpark, record, tmp_path, more):
    other = record.read_bytes().replace(b'"run":"', b'"run":"x', 1)
    content, member, _ = other.rpartition(b'"content_sha256":"')
    seal = hashlib.sha256(content).hexdigest().encode()
    (tmp_path / "again.ndjson").write_bytes(content + member + seal + b'"}\n')
    (tmp_path / "file").write_text("")
    done = callpark("report", record, *more, "--out", "file/out")
    assert (done.status, done.out, done.err) == (2, "", "Error: file/out: Not a directory\n")
