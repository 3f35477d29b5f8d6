"""Files that are missing, strange or not the pinned ones; and what the loader takes."""

import pickle

import pytest

from callpark_spec import CatalogueError, load_from

NEW_CLAUSE = "access/new:\n  level: derived\n  text: New.\n  source: Here.\n"
NEW_READING = "new-one:\n  title: T\n  question: Q\n  table: A\n  document: B\n  mock: M\n  source: S\n"
NEW_CODE = "new_code:\n  statuses: [400]\n  meaning: M\n  source: S\n"


def test_additions_that_break_no_rule_are_taken(broken):
    broken.append("clauses/access.yaml", NEW_CLAUSE)
    broken.append("readings.yaml", NEW_READING)
    broken.append("codes.yaml", NEW_CODE)

    catalogue = load_from(broken.root)

    assert {"access/new", "new-one", "new_code"} <= {
        *catalogue.clauses,
        *catalogue.readings,
        *catalogue.codes,
    }


def test_a_page_that_is_not_the_pinned_one_is_refused(broken):
    broken.replace("page/unpark-phonecalls.txt", "202 Accepted", "200 OK")

    refused = broken.refusal()

    assert (refused.file, refused.key) == ("page/page.yaml", "sha256")
    assert refused.line == broken.line_of("page/page.yaml", "sha256:")
    assert "845b257b" in refused.problem


def test_a_page_record_that_names_no_file_is_refused(broken):
    broken.replace("page/page.yaml", "unpark-phonecalls.txt", "other.txt")

    assert "there is no file page/other.txt" in str(broken.refusal())


def test_a_page_record_without_its_licence_is_refused(broken):
    broken.replace("page/page.yaml", "licence: CC BY 4.0\n", "")

    assert "the key `licence` is missing" in str(broken.refusal())


@pytest.mark.parametrize(
    "file", ["clauses/uri.yaml", "readings.yaml", "codes.yaml", "page/page.yaml"], ids=lambda file: file
)
def test_a_file_that_is_missing_is_named(broken, file):
    (broken.root / file).unlink()

    assert str(broken.refusal()) == f"{file}:1: (file): the file is missing"


def test_an_empty_file_is_refused(broken):
    (broken.root / "codes.yaml").write_text("# nothing\n", encoding="utf-8")

    assert str(broken.refusal()) == "codes.yaml:1: (file): the file is empty"


def test_a_file_that_is_no_yaml_is_refused(broken):
    broken.append("codes.yaml", "new_code: [\n")

    refused = broken.refusal()

    assert (refused.file, refused.key) == ("codes.yaml", "(file)")
    assert "this is no YAML" in str(refused)


def test_bytes_that_are_no_text_are_refused(broken):
    (broken.root / "codes.yaml").write_bytes(b"\xff\xfe\xff")

    assert "this is no YAML" in str(broken.refusal())


def test_a_file_of_clauses_that_is_no_area_is_refused(broken):
    (broken.root / "clauses" / "weather.yaml").write_text(NEW_CLAUSE, encoding="utf-8")

    refused = broken.refusal()

    assert refused.file == "clauses/weather.yaml"
    assert "`weather` is no area" in str(refused)


def test_a_refusal_survives_the_way_between_processes():
    refused = CatalogueError("codes.yaml", 3, "a.b", "it is wrong", "do it right")

    assert str(pickle.loads(pickle.dumps(refused))) == "codes.yaml:3: a.b: it is wrong; do it right"


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(CatalogueError, match=r"page/page\.yaml"):
        load_from(tmp_path)
