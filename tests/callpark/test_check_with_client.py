"""`callpark check --client-id`: the token is fetched, the secret stays out of command line, output and report."""

import pytest

SECRET = "s3cret-of-the-app"
FEW = ("--clause", "failure/timeout", "--quiet")


@pytest.fixture
def secret(monkeypatch):
    monkeypatch.setenv("CALLPARK_CLIENT_SECRET", SECRET)


def test_the_secret_may_come_from_the_environment(callpark, callpark_mock_url, secret, tmp_path):
    done = callpark("check", callpark_mock_url, "--client-id", "by-client.12", *FEW)
    assert done.status == 0, done
    for file in (tmp_path / "callpark-report").iterdir():
        text = file.read_text(encoding="utf-8")
        assert SECRET not in text
        assert "mock.by-client." not in text


def test_the_secret_may_come_from_a_file(callpark, callpark_mock_url, tmp_path):
    (tmp_path / "client.secret").write_text(f"{SECRET}\n", encoding="utf-8")
    arguments = ("--client-id", "by-client.12", "--client-secret-file", "client.secret", *FEW)
    assert callpark("check", callpark_mock_url, *arguments).status == 0


def test_the_client_may_come_from_the_profile(callpark, callpark_mock_url, secret, tmp_path):
    (tmp_path / "target.yaml").write_text("client_id: by-client.12\n", encoding="utf-8")
    done = callpark("check", callpark_mock_url, "--profile", "target.yaml", *FEW)
    assert done.status == 0, done


@pytest.mark.parametrize(
    ("client_id", "status", "message"),
    [
        ("99", 3, "could not be judged: the token endpoint /oauth/token.php answered 401 (invalid_client: client_id"),
        ("by-client.12", 0, ""),
    ],
)  # fmt: skip
def test_a_client_that_is_not_known_is_one_line(
    callpark, callpark_mock_url, secret, client_id, status, message
):
    done = callpark("check", callpark_mock_url, "--client-id", client_id, *FEW)
    assert done.status == status
    assert done.err.startswith(message)
    assert len(done.err.splitlines()) == (1 if message else 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--client-id", "12"), "--client-id 12 needs its secret: set CALLPARK_CLIENT_SECRET"),
        (("--client-id", "12", "--client-secret-file", "empty"), "empty is empty"),
        (("--client-secret-file", "empty"), "--client-secret-file is of no use without --client-id"),
        (("--client-id", "12", "--client-secret-file", "some", "--token", "a.token"), "no other token can be used"),
        (("--client-id", "12", "--client-secret-file", "short"), "fewer than 4 characters"),
    ],
)  # fmt: skip
def test_a_client_that_is_not_told_in_full_is_status_2(
    callpark, callpark_mock_url, tmp_path, arguments, message
):
    for name, content in (("empty", "\n"), ("some", SECRET), ("short", "abc")):
        (tmp_path / name).write_text(content, encoding="utf-8")
    done = callpark("check", callpark_mock_url, *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err
