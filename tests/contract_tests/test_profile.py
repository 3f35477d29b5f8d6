"""A profile file says what a target has; a wrong one is refused with file, line and key."""

import pytest

from contract_tests.profile import Profile, ProfileError, mock_profile, read_profile


@pytest.fixture
def read(tmp_path):
    def write_and_read(text, **environment):
        path = tmp_path / "target.yaml"
        path.write_text(text, encoding="utf-8")
        return read_profile(path, environment)

    return write_and_read


def test_a_profile_says_who_exists_and_where_tokens_come_from(read):
    profile = read(
        "name: Example PBX\nuser: '7'\nextension: 0007*100\nhook: ./park.sh\nsettle: 3\n"
        "token_env: T\nother_token_env: O\nnot_offered: [talking, not_terminal]\n",
        T="s3cret",
        O="0ther",
    )

    assert (profile.name, profile.user, profile.hook) == ("Example PBX", "7", "./park.sh")
    assert profile.settle == 3.0
    assert profile.secrets == {"token": "s3cret", "other_token": "0ther"}
    assert profile.not_offered == ("talking", "not_terminal")
    assert profile.not_terminal is None
    assert profile.world().has_other_token
    assert not profile.world().has_expired_token


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("name: x\ncolour: blue\n", 2, ["colour"]),
        ("name: x\nuser: 12\n", 2, ["user"]),
        ("name: x\nsettle: soon\n", 2, ["settle"]),
        ("name: x\nnot_offered: [tea]\n", 2, ["not_offered", "tea", "talking"]),
        ("name: x\nnot_offered: tea\n", 2, ["not_offered"]),
        ("name: x\ntoken_env: NOT_SET\n", 2, ["token_env", "NOT_SET"]),
        ("name: x\nname: y\n", 2, ["name"]),
        ("name: x\nclient_id: app\n", 2, ["client_id", "CALLPARK_CLIENT_SECRET"]),
        ("client_id: app\nclient_secret_env: NOT_SET\n", 2, ["client_secret_env", "NOT_SET"]),
        ("client_id: app\nclient_secret_file: nowhere\n", 2, ["client_secret_file", "nowhere"]),
        ("name: x\nclient_secret_env: S\n", 2, ["client_secret_env", "client_id"]),
        ("- a list\n", 1, []),
        ("name: [unclosed\n", None, []),
    ],
    ids=lambda value: value.splitlines()[-1] if isinstance(value, str) else None,
)
def test_a_wrong_profile_is_refused_with_file_line_and_key(read, text, line, words):
    with pytest.raises(ProfileError) as raised:
        read(text)

    message = str(raised.value)
    assert "target.yaml" in message
    assert line is None or f":{line}" in message or f"line {line}" in message
    assert all(word in message for word in words)


@pytest.mark.parametrize(
    ("lines", "secret"),
    [("", "by default"), ("client_secret_env: S\n", "by name"), ("client_secret_file: f\n", "in a file")],
)
def test_a_client_has_its_secret_from_the_environment_or_a_file(read, tmp_path, lines, secret):
    (tmp_path / "f").write_text("in a file\n", encoding="utf-8")
    profile = read(f"client_id: app\n{lines}", CALLPARK_CLIENT_SECRET="by default", S="by name")

    assert (profile.client.id, profile.client.secret) == ("app", secret)
    assert profile.as_json()["client_id"] == "app"
    assert secret not in repr(profile.as_json())


def test_a_client_and_a_token_exclude_each_other(read):
    with pytest.raises(ProfileError, match="leave token_env out"):
        read("client_id: app\ntoken_env: T\n", T="s3cret", CALLPARK_CLIENT_SECRET="s3cret")


def test_a_profile_that_is_not_there_is_a_profile_error(tmp_path):
    with pytest.raises(ProfileError, match=r"nowhere\.yaml"):
        read_profile(tmp_path / "nowhere.yaml", {})


def test_a_record_shows_the_profile_without_its_secrets():
    profile = Profile(secrets={"token": "s3cret"})

    assert "s3cret" not in repr(profile.as_json())
    assert profile.as_json()["tokens"] == ["token"]


def test_the_mock_has_a_session_for_each_run():
    assert mock_profile("check-1").secrets["token"] == "mock.check-1.12"
