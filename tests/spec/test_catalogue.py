"""The shipped catalogue: what it holds, and that all of it hangs together."""

from collections import Counter

import pytest

from callpark_spec import (
    AREAS,
    GLOBAL_READINGS,
    Clause,
    ErrorCode,
    Level,
    Reading,
    UnknownId,
    load,
    load_from,
)
from callpark_spec.location import data_root

CATALOGUE = load()
QUOTED = [clause for clause in CATALOGUE.clauses.values() if clause.quote is not None]


def test_the_catalogue_is_read_once():
    assert load() is load()


def test_the_catalogue_cannot_be_changed():
    with pytest.raises(TypeError):
        CATALOGUE.clauses["a/b"] = None  # type: ignore[index]


def test_areas_come_in_the_order_of_the_page():
    assert CATALOGUE.areas == AREAS
    assert list(dict.fromkeys(clause.area for clause in CATALOGUE.clauses.values())) == list(AREAS)


def test_the_page_is_taken_apart_into_its_smallest_requirements():
    levels = Counter(clause.level for clause in CATALOGUE.clauses.values())

    assert levels[Level.MUST] + levels[Level.EXAMPLE] + levels[Level.DERIVED] >= 45
    assert levels[Level.SILENT] >= 1


@pytest.mark.parametrize("clause", QUOTED, ids=lambda clause: clause.id)
def test_the_quote_of_a_clause_stands_on_its_line(clause):
    starts = "".join(CATALOGUE.page.lines[clause.line - 1].split())
    onwards = "".join("".join(CATALOGUE.page.lines[clause.line - 1 :]).split())

    # Compared without any blanks, so that this does not repeat how the loader collapses them.
    assert 0 <= onwards.find("".join(clause.quote.split())) < len(starts)


def test_every_must_and_example_is_quoted_and_everything_else_has_a_source():
    for clause in CATALOGUE.clauses.values():
        assert clause.quote if clause.level.quotes_page else clause.source, clause.id


def test_a_clause_of_the_failure_table_names_its_code():
    for clause in CATALOGUE.clauses_of_area("failure"):
        assert clause.codes or clause.level is Level.SILENT, clause.id


def test_only_a_requirement_can_be_left_untested():
    for clause in CATALOGUE.clauses.values():
        assert clause.not_tested is None or clause.level is not Level.SILENT, clause.id


def test_a_reading_is_named_by_a_clause_or_said_to_be_general():
    for reading in CATALOGUE.readings.values():
        assert bool(CATALOGUE.clauses_of_reading(reading.id)) != reading.general, reading.id


def test_more_than_thirty_contradictions_and_silences_are_registered():
    assert len(CATALOGUE.readings) > 30


def test_a_reading_says_what_each_global_reading_admits():
    reading = CATALOGUE.reading("success-status")

    assert [reading.admits(each) for each in GLOBAL_READINGS] == [reading.table, reading.document]
    assert "202" not in reading.table
    assert "202" in reading.document


def test_four_codes_are_documented_and_each_has_its_clauses():
    documented = {code.code for code in CATALOGUE.codes.values() if code.documented}

    assert documented == {
        "pc_timeout_invalid",
        "pc_callerid_invalid",
        "pc_phonecall_invalid",
        "pc_phonecallview_invalid",
    }
    for code in documented:
        assert CATALOGUE.codes[code].statuses == (400,)
        assert any(clause.level is Level.MUST for clause in CATALOGUE.clauses_of_code(code)), code


def test_no_clause_asks_for_an_invented_code():
    for code in CATALOGUE.codes.values():
        assert not (code.invented and CATALOGUE.clauses_of_code(code.code)), code.code


def test_any_id_is_found_as_what_it_is():
    assert isinstance(CATALOGUE.find("failure/timeout/not-positive"), Clause)
    assert isinstance(CATALOGUE.find("not-parked"), Reading)
    assert isinstance(CATALOGUE.find("pc_timeout_invalid"), ErrorCode)


def test_an_unknown_id_is_answered_with_the_nearest():
    with pytest.raises(UnknownId) as caught:
        CATALOGUE.clause("failure/timeout/not-positiv")

    assert str(caught.value) == (
        "there is no clause `failure/timeout/not-positiv`; did you mean `failure/timeout/not-positive`?"
    )
    with pytest.raises(UnknownId, match=r"there is no error code `§§§`$"):
        CATALOGUE.code("§§§")


def test_the_digest_follows_what_is_said_and_not_how_it_is_laid_out(broken):
    same = load_from(data_root())
    broken.append("codes.yaml", "# a remark\n\n")
    laid_out_otherwise = load_from(broken.root)
    broken.replace("readings.yaml", "title: 401 or 403", "title: 403 or 401")
    says_otherwise = load_from(broken.root)

    assert CATALOGUE.digest == same.digest == laid_out_otherwise.digest
    assert CATALOGUE.digest != says_otherwise.digest
    assert len(CATALOGUE.digest) == 64
