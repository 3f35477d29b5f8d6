"""A profile file says what a target has; a wrong one is refused with file, line and key."""

from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema_rs
import pytest
import yaml

from callpark.commands.profile import TEMPLATE
from contract_tests.profile import Profile, ProfileError, mock_profile, read_profile
from contract_tests.profile_schema import profile_schema


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
        ("name: x\nsecret_env: [NOT_SET]\n", 2, ["secret_env", "NOT_SET"]),
        ("name: x\nsecret_env: [token]\n", 2, ["secret_env", "'token'"]),
        ("name: x\nsecret_env: [a-b]\n", 2, ["secret_env", "'a-b'"]),
        ("name: x\n\tuser: '1'\n", 2, ["tab"]),
        ("name: x\nuser:\n", 2, ["user", "leave the key out"]),
        ("name: x\nuser: {id: '1'}\n", 2, ["user", "a mapping"]),
        ("name: x\nuser: 'a/b'\n", 2, ["user", "'a/b' is no user id"]),
        ("name: x\nuser: '@me'\n", 2, ["user", "'@me' is no user id"]),
        ("name: x\nextension: '210 x'\n", 2, ["extension", "0003*210"]),
        ("name: x\nsettle: -1\n", 2, ["settle", "zero or more", "-1"]),
        ("name: x\nsettle: '2'\n", 2, ["settle", "the text '2'"]),
        ("name: x\nsettle: .inf\n", 2, ["settle"]),
        ("name: x\nurl: pbx.example.com\n", 2, ["url", "'pbx.example.com'", "http://127.0.0.1:8080"]),
        ("name: x\nurl: https://u:p@pbx.example.com\n", 2, ["url", "has a user"]),
        ("name: x\nhook: ftp://pbx.example.com\n", 2, ["hook", "no http(s) URL"]),
        ("name: x\nhook: 'http://'\n", 2, ["hook", "no http(s) URL"]),
        ("name: x\ninventory: nowhere.json\n", 2, ["inventory", "there is no file", "nowhere.json"]),
        ("sibling: 0003*211\nnot_offered: [sibling]\n", 2, ["not_offered", "sibling"]),
        ("other_token_env: T\nnot_offered: [other_token]\n", 2, ["not_offered", "other_token"]),
        ("name: x\nuser: '13'\n", 2, ["user", "foreign_user as well by default", "not_offered"]),
        ("extension: 0007*100\nretriever: 0007*100\n", 2, ["retriever", "the extension as well"]),
        (
            "name: x\nforeign_extension: 0003*210\n",
            2,
            ["foreign_extension", "the extension as well by default"],
        ),
        ("name: \xff\nuser: \0\n", 2, ["no YAML"]),
        ("", 1, ["empty"]),
        ("- a list\n", 1, []),
        ("name: [unclosed\n", None, []),
    ],
    ids=repr,
)
def test_a_wrong_profile_is_refused_with_file_line_and_key(read, text, line, words):
    with pytest.raises(ProfileError) as raised:
        read(text)

    message = str(raised.value)
    assert "target.yaml" in message
    assert line is None or f":{line}" in message or f"line {line}" in message
    assert all(word in message for word in words)
    assert "\n" not in message


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


def test_seconds_may_have_a_fraction(read):
    assert read("settle: 0.5\n").settle == 0.5


def test_what_is_not_offered_need_not_differ_from_anything(read):
    assert read("user: '13'\nnot_offered: [foreign_user]\n").foreign_user is None


def test_a_profile_that_is_no_text_is_refused_on_its_line(tmp_path):
    path = tmp_path / "target.yaml"
    path.write_bytes(b"name: x\nuser: '\xff'\n")

    with pytest.raises(ProfileError, match=r"target\.yaml:2: \(file\): this is no YAML: invalid"):
        read_profile(path, {})


def test_a_profile_that_is_a_folder_is_refused_by_its_path(tmp_path):
    with pytest.raises(ProfileError) as raised:
        read_profile(tmp_path, {})

    assert str(raised.value) == f"{tmp_path}:1: (file): the file cannot be read: Is a directory"


def test_the_schema_knows_the_keys_of_a_profile():
    known = str(raised_by("colour: blue\n")).partition("known keys: ")[2].split(", ")

    assert sorted(profile_schema()["properties"]) == sorted(known)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (TEMPLATE, True),
        ("user: '7'\nextension: 0007*100\nsettle: 0.5\nhook: ./park.sh\nnot_offered: [list]\n", True),
        ("hook: https://pbx.example/hook\n", True),
        ("hook: ftp://pbx.example/hook\n", False),
        ("user: a/b\n", False),
        ("user: 12\n", False),
        ("extension: '210 x'\n", False),
        ("settle: -1\n", False),
        ("not_offered: [tea]\n", False),
        ("secret_env: [CALLPARK_TOKEN]\n", True),
        ("secret_env: [a-b]\n", False),
        ("secret_env: CALLPARK_TOKEN\n", False),
        ("colour: blue\n", False),
        ("name: ' '\n", False),
    ],
)
def test_the_schema_and_the_reader_agree(text, fits):
    assert jsonschema_rs.is_valid(profile_schema(), yaml.safe_load(text)) is fits
    assert (raised_by(text) is None) is fits


def raised_by(text):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "target.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            read_profile(path, {"CALLPARK_TOKEN": "t0ken"})
        except ProfileError as error:
            return error
    return None


def test_a_profile_that_is_not_there_is_a_profile_error(tmp_path):
    with pytest.raises(ProfileError, match=r"nowhere\.yaml"):
        read_profile(tmp_path / "nowhere.yaml", {})


def test_a_record_shows_the_profile_without_its_secrets():
    profile = Profile(secrets={"token": "s3cret"})

    assert "s3cret" not in repr(profile.as_json())
    assert profile.as_json()["tokens"] == ["token"]


def test_what_else_is_secret_is_shown_by_the_names_of_its_variables(read):
    profile = read("token_env: T\nsecret_env: [PBX_KEY]\n", T="s3cret", PBX_KEY="0f-the-pbx")
    assert profile.secrets == {"token": "s3cret", "PBX_KEY": "0f-the-pbx"}
    assert (profile.as_json()["tokens"], profile.as_json()["secret_env"]) == (["token"], ["PBX_KEY"])
    assert "0f-the-pbx" not in repr(profile.as_json())


def test_the_mock_has_a_session_for_each_run():
    assert mock_profile("check-1").secrets["token"] == "mock.check-1.12"
