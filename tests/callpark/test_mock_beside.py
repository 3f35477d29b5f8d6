"""`callpark mock -- COMMAND`: it is told where, gets our signals, and its end is ours; and `--ready-file`."""

import contextlib
import os
import pty
import re
import signal
import socket
import sys
import time

import httpx
import pytest

# Says that it is there, then ends by the first signal that it gets, with a status that names it.
SIGNALLED = """
import os, signal, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, frame: sys.exit(40 + number))
print(os.getpid(), os.environ["CALLPARK_URL"], flush=True)
while True:
    time.sleep(0.05)
"""


def python(program):
    return ("--", sys.executable, "-c", program)


@pytest.fixture
def beside(start):
    """Runs the mock with what follows to its end: status, output, errors."""

    def run(*arguments):
        process = start("mock", *arguments)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    return run


def test_the_command_is_told_where_and_its_end_is_ours(beside):
    program = (
        "import os, sys, urllib.request as u\n"
        "request = u.Request(os.environ['CALLPARK_URL'] + '/uapi/phoneCalls/@me/@self/',"
        " headers={'Authorization': 'Bearer ' + os.environ['CALLPARK_TOKEN']})\n"
        "print(u.urlopen(request).status, sorted(n for n in os.environ if n.startswith('CALLPARK')))\n"
        "sys.exit(7)\n"
    )
    status, out, err = beside(*python(program))
    assert status == 7
    tokens = "'CALLPARK_EXPIRED_TOKEN', 'CALLPARK_OTHER_TOKEN', 'CALLPARK_TOKEN', 'CALLPARK_URL'"
    assert out == f"200 [{tokens}]\n"
    assert re.fullmatch(r"callpark mock: http://127\.0\.0\.1:\d+/uapi\n", err)


def test_words_of_the_command_are_its_own(beside):
    words = ("--", sys.executable, "-c", "import sys; print(sys.argv[1:])", "--port", "1", "--help")
    assert beside(*words)[:2] == (0, "['--port', '1', '--help']\n")


def test_over_tls_the_command_is_told_what_to_trust(beside):
    program = (
        "import os, ssl, urllib.request as u\n"
        "assert os.environ['NODE_EXTRA_CA_CERTS'] == os.environ['CALLPARK_CACERT']\n"
        "context = ssl.create_default_context(cafile=os.environ['CALLPARK_CACERT'])\n"
        "print(u.urlopen(os.environ['CALLPARK_URL'] + '/_mock/health', context=context).status)\n"
    )
    assert beside("--tls", *python(program))[:2] == (0, "200\n")


def test_the_environment_is_that_of_a_check(beside):
    check = f"{sys.executable} -m callpark check $CALLPARK_URL --clause failure/timeout --quiet"
    status, out, err = beside("--", "sh", "-c", check)
    assert status == 0, (out, err)


@pytest.mark.parametrize(("words", "status"), [(("no-such-program",), 127), ((".",), 126)])
def test_a_command_that_cannot_be_run_is_a_line(callpark, words, status):
    done = callpark("mock", "--", *words)
    assert done.status == status
    assert done.err.splitlines()[-1].startswith(f"{words[0]}: ")
    assert "Traceback" not in done.err


def test_a_command_that_a_signal_ends_is_128_and_the_signal(callpark):
    done = callpark("mock", *python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))
    assert done.status == 128 + signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_goes_on_to_the_command_and_nobody_is_left(start, number):
    process = start("mock", *python(SIGNALLED))
    pid, url = process.stdout.readline().split()
    assert httpx.get(f"{url}/_mock/health").status_code == 200
    process.send_signal(number)
    process.communicate(timeout=10)
    assert process.returncode == 40 + number
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_mock/health")


def test_a_terminal_does_not_signal_the_command_twice(tmp_path):
    """Ctrl-C on a terminal reaches the mock and its command alike; the command must see one signal only."""
    program = (
        "import signal, sys, time\n"
        "seen = []\n"
        "signal.signal(signal.SIGINT, lambda *_: seen.append(1))\n"
        "print('there', flush=True)\n"
        "while not seen: time.sleep(0.02)\n"
        "for _ in range(20): time.sleep(0.02)\n"
        "sys.exit(50 + len(seen))\n"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-m", "callpark", "mock", *python(program)])
    said = b""
    while b"there" not in said:
        said += os.read(terminal, 1024)
    os.write(terminal, b"\x03")
    with contextlib.suppress(OSError):
        while os.read(terminal, 1024):
            pass
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 51


def test_a_port_that_is_asked_for_is_taken_for_a_command_too(callpark):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = callpark("mock", "--port", taken.getsockname()[1], "--", "true")
    assert done.status == 1
    assert "cannot listen on 127.0.0.1" in done.err


def waited_for(path):
    while not path.exists():
        time.sleep(0.01)
    return path.read_text(encoding="utf-8")


def test_the_ready_file_is_there_as_long_as_the_mock_answers(start, tmp_path):
    file = tmp_path / "mock.url"
    file.write_text("http://127.0.0.1:9\n", encoding="utf-8")
    process = start("mock", "--port", 0, "--ready-file", "mock.url")
    while (url := waited_for(file).strip()) == "http://127.0.0.1:9":
        time.sleep(0.01)
    assert httpx.get(f"{url}/_mock/health").status_code == 200
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_the_ready_file_stands_while_a_command_runs(callpark, tmp_path):
    done = callpark("mock", "--ready-file", "url", "--", "sh", "-c", 'test "$(cat url)" = "$CALLPARK_URL"')
    assert done.status == 0
    assert list(tmp_path.iterdir()) == []


def test_a_ready_file_that_cannot_be_written_is_status_2(callpark):
    done = callpark("mock", "--port", 0, "--ready-file", "no/folder/url")
    assert (done.status, done.out) == (2, "")
    assert "no/folder" in done.err
    assert "Traceback" not in done.err


def test_without_a_command_nothing_is_changed_by_the_dashes(start):
    process = start("mock", "--port", 0, "--")
    assert "callpark mock: http://127.0.0.1:" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0
