"""Whatever a user gives or takes away: one clear line, the right status, and no traceback."""

import os
import signal
import ssl
import subprocess
import sys

import pytest

NOBODY = "http://127.0.0.1:9"
FEW = ("--clause", "access/no-token", "--quiet")


@pytest.fixture
def files(tmp_path):
    """Files that are not what an option asks for."""
    for name, content in {
        "binary": b"\xff\xfe\x00token",
        "empty": b" \n",
        "no.pem": b"no certificate",
        "tabs.yaml": b"name:\tx\n\tuser: 12\n",
        "twice.yaml": b"name: a\nname: b\n",
        "bom.yaml": b"\xef\xbb\xbfname: with a mark\nurl: http://127.0.0.1:9\n",
        "list.yaml": b"- 1\n",
        "other.json": b'{"findings": []}',
        "broken.ndjson": b'{"format": 1}\n',
    }.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", NOBODY, "--token-file", "binary"), "binary: this is no text"),
        (("check", NOBODY, "--token-file", "empty"), "empty is empty"),
        (("check", NOBODY, "--token-file", "folder"), "'folder' is a directory"),
        (("check", NOBODY, "--token", "two words"), "the token has characters that no Authorization header can"),
        (("check", NOBODY, "--token", "tok\u00e9n"), "the token has characters that no Authorization header can"),
        (("check", NOBODY, "--keep", "nowhere/kept.json"), "there is no folder nowhere; make it, or name another"),
        (("check", NOBODY, "--write-baseline", "nowhere/b.yaml"), "there is no folder nowhere"),
        (("check", NOBODY, "--keep", "other.json"), "other.json: no file of kept findings"),
        (("check", NOBODY, "--keep", "binary"), "binary: no file of kept findings"),
        (("check", NOBODY, "--cacert", "no.pem"), "no.pem holds no certificate that can be used"),
        (("check", NOBODY, "--cert", "no.pem"), "no.pem holds no certificate that can be used: "),
        (("check", NOBODY, "--baseline", "folder"), "'folder' is a directory"),
        (("check", NOBODY, "--baseline", "binary"), "binary:1: "),
        (("check", NOBODY, "--out", "binary"), "'binary' is a file"),
        (("check", NOBODY, "--clause", "acess"), "did you mean access"),
        (("check", NOBODY, "--clause", "success", "--safe"), "a server may carry out each of them"),
        (("check", NOBODY, "--profile", "tabs.yaml"), "tabs.yaml:2: (file): this is no YAML"),
        (("plan", "--profile", "twice.yaml"), "twice.yaml:2: name: the key stands twice, first on line 1"),
        (("plan", "--profile", "binary"), "binary"),
        (("plan", "--profile", "list.yaml"), "list.yaml:1: (file): a mapping is expected"),
        (("plan", "--profile", "folder"), "'folder' is a directory"),
        (("plan", "--clause", "failure/timout"), "there is no clause failure/timout"),
        (("mok",), "there is no command 'mok'; did you mean 'mock'?"),
        (("xyzzy",), "there is no command 'xyzzy'; allowed: demo, mock, check, plan,"),
        (("explain", "no-such-thing"), "there is no clause, reading or error code"),
        (("demo", "--out", "binary"), "'binary' is a file"),
        (("prove", "--out", "binary/below"), "binary/below: Not a directory"),
        (("mock", "--port", "70000"), "70000"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_in_one_line(callpark, files, words, said):
    done = callpark(*words)

    assert done.status == 2, done.err
    assert done.out == ""
    assert said in done.err
    assert "Traceback" not in done.err
    assert len([line for line in done.err.splitlines() if not line.startswith(("Usage:", "Try "))]) <= 2


def test_a_profile_may_begin_with_a_mark(callpark, files):
    done = callpark("plan", "--profile", "bom.yaml")
    assert done.status == 0
    assert done.out.startswith("A check of http://127.0.0.1:9 would")


@pytest.mark.parametrize("command", ["check", "plan"])
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a b",
        "http://me:word@127.0.0.1:9",
        "http://[::1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "127.0.0.1:9",
        "http://",
        "http://two words",
        "http://127.0.0.1:9/\u00e9",
        "http://127.0.0.1:9/\x01",
        "http://a..b",
        "http://127.0.0.1:9?x=1",
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(callpark, command, url):
    done = callpark(command, url)
    assert (done.status, done.out) == (2, "")
    assert repr(url) in done.err


def test_an_address_of_ipv6_is_an_address(callpark):
    assert callpark("plan", "http://[::1]:9").out.startswith("A check of http://[::1]:9 would")


def run(*words, shell="", **more):
    """A command in a process of its own; `shell` is what follows it."""
    environment = {**os.environ, **more}
    command = f"{sys.executable} -m callpark {' '.join(words)} {shell}"
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment, timeout=60
    )


@pytest.fixture(scope="module")
def record(tmp_path_factory, callpark_mock_url):
    folder = tmp_path_factory.mktemp("record")
    run("check", callpark_mock_url, *FEW, "--out", str(folder))
    return folder / "record.ndjson"


COMMANDS = [
    ("check", "URL", *FEW, "--out", "OUT"),
    ("plan", "URL"),
    ("explain", "access/no-token"),
    ("report", "RECORD", "--out", "OUT"),
    ("rejudge", "RECORD"),
    ("profile", "schema"),
]


@pytest.fixture(params=COMMANDS, ids=lambda words: words[0])
def words(request, callpark_mock_url, record, tmp_path):
    stand_ins = {"URL": callpark_mock_url, "RECORD": str(record), "OUT": str(tmp_path / "out")}
    return [stand_ins.get(word, word) for word in request.param]


def test_a_reader_that_leaves_changes_nothing(words):
    """`| head`: the command goes on, and the status is its own."""
    done = run(*words, shell="| head -c 0; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_under_the_output_is_said_in_one_line(words):
    done = run(*words, shell="> /dev/full")
    assert done.returncode == 2
    assert done.stderr == "not all could be said on standard output: No space left on device\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_changes_nothing(words, closed):
    assert run(*words, shell=closed).returncode == 0


def test_a_plain_locale_and_an_unknown_terminal_change_nothing(words):
    done = run(*words, LC_ALL="C", PYTHONIOENCODING="ascii", TERM="no-such-terminal")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_under_the_record_is_said_in_one_line(callpark, callpark_mock_url, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "record.ndjson").symlink_to("/dev/full")
    done = callpark("check", callpark_mock_url, *FEW, "--out", out)
    assert (done.status, done.err) == (2, f"Error: {out}: No space left on device\n")


def test_a_wrong_clause_leaves_an_earlier_record_alone(callpark, callpark_mock_url, tmp_path):
    callpark("check", callpark_mock_url, *FEW, "--out", tmp_path)
    before = (tmp_path / "record.ndjson").read_bytes()
    assert (
        callpark("check", callpark_mock_url, "--clause", "success", "--safe", "--out", tmp_path).status == 2
    )
    assert (tmp_path / "record.ndjson").read_bytes() == before


@pytest.mark.parametrize("lane", ["conform", "explore", "all"])
def test_an_interrupt_in_any_lane_ends_with_its_status_and_names_the_record(slow_mock_url, start, lane):
    process = start("check", slow_mock_url, "--lane", lane)
    assert "case 1 of" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert [line for line in err.splitlines() if line][-2:] == [
        "callpark-report/record.ndjson has no footer: it shows what was sent, and no report is made of it",
        "interrupted",
    ]
    assert "Traceback" not in err


def test_the_usual_certificates_are_those_of_the_system():
    from callpark.commands.check import _tls

    assert isinstance(_tls(None, None, insecure=False), ssl.SSLContext)
