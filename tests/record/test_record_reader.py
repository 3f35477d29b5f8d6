"""A record is read whole or refused with the line, the reason and what to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract_tests.record.errors import (
    BrokenLine,
    EmptyRecord,
    ForeignRecord,
    IncompleteRecord,
    InconsistentRecord,
    RecordError,
    UnknownVersion,
    UnreadableRecord,
)
from contract_tests.record.reader import read_record

Line = dict[str, Any]
Edited = Callable[[Callable[[list[Line]], object]], bytes]

CASE, PREFLIGHT, SET_UP, REQUEST, TABLE, DOCUMENT, OBSERVATION, FOOTER = range(1, 9)


def resealed(content: bytes) -> bytes:
    """The edited record as one who knows how it is sealed would leave it."""
    before, _, footer = content.rstrip(b"\n").rpartition(b"\n")
    fields = json.loads(footer)
    del fields["content_sha256"]
    open_footer = json.dumps(fields, separators=(",", ":")).removesuffix("}").encode() + b","
    seal = hashlib.sha256(before + b"\n" + open_footer).hexdigest().encode()
    return b'%s\n%s"content_sha256":"%s"}\n' % (before, open_footer, seal)


def refusal(content: bytes, kind: type[RecordError]) -> str:
    with pytest.raises(RecordError) as caught:
        read_record(content)
    assert type(caught.value) is kind
    return str(caught.value)


def test_an_empty_file_is_no_record() -> None:
    assert refusal(b"", EmptyRecord).startswith("the record is empty; the run was killed")
    assert refusal(b"\n \n", EmptyRecord)


@pytest.mark.parametrize("content", [b"hello\n", b"PK\x03\x04\xff", b"[]\n", b'{"a": 1}\n', b"hello\nworld"])
def test_another_kind_of_file_is_no_record(content: bytes) -> None:
    assert refusal(content, ForeignRecord).startswith("line 1: this is no callpark-record")


def test_a_record_of_another_version_is_named(edited: Edited) -> None:
    message = refusal(edited(lambda lines: lines[0].update(version=2)), UnknownVersion)
    assert message.startswith("line 1: the record has version 2; this callpark reads version 1; use the")


def test_every_prefix_of_a_record_is_incomplete(written: bytes) -> None:
    first_line = written.index(b"\n") + 1
    for end in range(first_line, len(written) - 1, 7):
        assert "the run was killed or is still going" in refusal(written[:end], IncompleteRecord)


def test_the_last_line_feed_may_be_missing(written: bytes) -> None:
    assert read_record(written[:-1]) == read_record(written)


def test_a_line_that_is_no_json_is_named(written: bytes) -> None:
    lines = written.split(b"\n")
    lines[3] = lines[3][:-2]
    assert refusal(b"\n".join(lines), BrokenLine).startswith("line 4: it is not JSON (")
    lines[3] = b"\xff"
    assert refusal(b"\n".join(lines), BrokenLine).startswith("line 4: it is not UTF-8")
    lines[3] = b"[" * 100_000
    assert refusal(b"\n".join(lines), BrokenLine).startswith("line 4: it is not JSON")


@pytest.mark.parametrize(
    ("position", "change", "says"),
    [
        (CASE, {"line": "cake"}, 'line 2: `line` is "cake", which is none of header, case,'),
        (CASE, {"colour": "red"}, "line 2: no case as record.schema.json has it, at the line as a whole:"),
        (CASE, {"title": 7}, "line 2: no case as record.schema.json has it, at title:"),
        (PREFLIGHT, {"trouble": None}, "line 3: no exchange as record.schema.json has it"),
        (REQUEST, {"trouble": "and yet an answer"}, "line 5: no exchange as record.schema.json has it"),
        (TABLE, {"verdict": "splendid"}, "line 6: no ruling as record.schema.json has it, at verdict:"),
        (TABLE, {"exchanges": ["4"]}, "line 6: no ruling as record.schema.json has it, at exchanges/0:"),
        (FOOTER, {"digest": "0"}, "line 9: no footer as record.schema.json has it, at digest:"),
    ],
)
def test_a_line_that_breaks_the_schema_is_named(
    edited: Edited, position: int, change: Line, says: str
) -> None:
    message = refusal(edited(lambda lines: lines[position].update(change)), BrokenLine)
    assert message.startswith(says)
    assert message.endswith("restore the record as the run wrote it, or run the check again")


def test_a_line_that_is_no_object_is_named(written: bytes) -> None:
    lines = written.split(b"\n")
    lines[2] = b"[]"
    assert refusal(b"\n".join(lines), BrokenLine).startswith("line 3: `line` is null")


def _without_preflight(lines: list[Line]) -> None:
    del lines[PREFLIGHT]
    lines[OBSERVATION - 1]["exchanges"] = []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: lines.insert(3, lines[0]), "line 4: a second header; these are several records"),
        (lambda lines: lines.extend(lines[:]), "line 9: the footer is not the last line"),
        (
            lambda lines: lines.insert(2, lines[1]),
            "line 3: the case success/status/plain for the second time",
        ),
        (
            lambda lines: lines.pop(CASE),
            "line 4: it belongs to the case 'success/status/plain'",
        ),
        (lambda lines: lines.insert(2, lines[3]), "line 4: exchange 1 comes after exchange 2"),
        (lambda lines: lines[TABLE].update(case="x"), "line 6: it belongs to the case 'x'"),
        (lambda lines: lines[OBSERVATION].update(case="x"), "line 8: it belongs to the case 'x'"),
        (
            lambda lines: lines[TABLE].update(exchanges=[9]),
            "line 6: it refers to exchange 9, which",
        ),
        (
            lambda lines: lines[FOOTER].update(cases=2),
            "line 9: the footer's cases is 2, the lines",
        ),
        (
            lambda lines: lines.pop(PREFLIGHT) and lines[-2].update(exchanges=[]),
            "line 8: the footer's exchanges is 3,",
        ),
        (lambda lines: lines[FOOTER].update(requests=3), "line 9: the footer's requests is 3,"),
        (lambda lines: lines[TABLE].update(verdict="fail"), "line 9: the footer's counts is"),
        (lambda lines: lines[TABLE].update(clause="success/other"), "line 9: the footer's digest is"),
    ],
)
def test_lines_that_contradict_each_other_are_refused(
    edited: Edited, change: Callable[[list[Line]], object], says: str
) -> None:
    assert refusal(edited(change), InconsistentRecord).startswith(says)


def test_two_records_put_together_are_refused(written: bytes) -> None:
    assert "several records in one file" in refusal(written + written, InconsistentRecord)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"actual":"200"', b'"actual":"201"'),
        (b'"elapsed":1.0', b'"elapsed":2.0'),
        (b'"finished":"2031-04-02T09:30:01Z"', b'"finished":"2031-04-02T09:30:02Z"'),
        (b'"calls_used":1', b'"calls_used":0'),
        (b'"line":"footer"', b'"elapsed":3,"line":"footer"'),
    ],
)
def test_the_seal_covers_all_lines_and_the_footer_itself(written: bytes, before: bytes, after: bytes) -> None:
    assert before in written
    message = refusal(written.replace(before, after, 1), InconsistentRecord)
    assert message.startswith("line 9: the footer's content_sha256 is ")
    assert message.endswith(
        "lines were changed, lost or added; restore the record as the run wrote it, or run the check again"
    )


@pytest.mark.parametrize("more", [b',"elapsed":2.0}', b" }", b"} "])
def test_nothing_stands_after_the_seal(written: bytes, more: bytes) -> None:
    message = refusal(written.removesuffix(b"}\n") + more + b"\n", InconsistentRecord)
    assert message.startswith(
        "line 9: the footer does not end in its content_sha256, as a run writes it; it was"
    )


def test_the_seal_is_the_sum_of_what_stands_before_it(written: bytes) -> None:
    before, _, _ = written.rpartition(b'"content_sha256"')
    assert read_record(written).footer.content_sha256 == hashlib.sha256(before).hexdigest()


def test_a_footer_without_a_seal_is_refused(edited: Edited) -> None:
    message = refusal(edited(lambda lines: lines[FOOTER].pop("content_sha256")), BrokenLine)
    assert message.startswith("line 9: no footer as record.schema.json has it, at the line as a whole: ")
    assert '"content_sha256" is a required property' in message


def test_a_file_is_named_in_the_refusal(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "record.ndjson"
    with pytest.raises(UnreadableRecord, match=r"record\.ndjson: cannot be opened \(No such file"):
        read_record(path)
    path.write_bytes(written[:-100])
    with pytest.raises(IncompleteRecord, match=r"record\.ndjson: line 9 is broken off"):
        read_record(str(path))
    path.write_bytes(written)
    assert read_record(path) == read_record(written)
    with pytest.raises(UnreadableRecord, match="cannot be opened"):
        read_record(tmp_path)


def test_an_exchange_of_the_set_up_needs_no_case(edited: Edited) -> None:
    def without_case(lines: list[Line]) -> None:
        lines[SET_UP]["case"] = ""

    assert read_record(resealed(edited(without_case))).exchanges[1].case == ""


def test_json_that_was_laid_out_anew_is_an_edit(written: bytes) -> None:
    lines = [json.dumps(json.loads(line)).encode() for line in written.splitlines()]
    assert "it was laid out anew or added to" in refusal(b"\n".join(lines), InconsistentRecord)


@pytest.mark.parametrize(
    ("line", "change", "said"),
    [
        (FOOTER, {"exit_code": 3}, "line 9: the footer's exit_code is 3, the lines before it come to 0"),
        (FOOTER, {"finished": "soon"}, "at finished"),
        (FOOTER, {"finished": "2031-02-30T09:30:01Z"}, "line 9: 2031-02-30T09:30:01Z is no time"),
        (FOOTER, {"elapsed": -1}, "at elapsed"),
        (0, {"started": "yesterday"}, "line 1: no header as record.schema.json has it, at started"),
        (0, {"started": "2031-04-02T25:30:00Z"}, "line 1: 2031-04-02T25:30:00Z is no time"),
        (REQUEST, {"call": {"id": 7}}, "line 5: its call is none: "),
        (REQUEST, {"witness": {"colour": "blue"}}, "line 5: its witness is none: "),
        (REQUEST, {"started": 1e300}, "line 5: no exchange as record.schema.json has it, at started"),
        (CASE, {"title": "half a pair: \ud83d"}, "line 2: it holds half of a surrogate pair"),
    ],
)
def test_what_no_run_writes_is_refused_on_its_line(
    edited: Edited, line: int, change: Line, said: str
) -> None:
    with pytest.raises(RecordError) as caught:
        read_record(edited(lambda lines: lines[line].update(change)))
    assert said in str(caught.value)


@pytest.mark.parametrize(("part", "change"), [("body_base64", "abc"), ("status", 10**30), ("status", -5)])
def test_an_answer_that_no_run_writes_is_refused(edited: Edited, part: str, change: object) -> None:
    def forge(lines: list[Line]) -> None:
        lines[REQUEST]["response"][part] = change

    message = refusal(edited(forge), BrokenLine)
    assert message.startswith("line 5: no exchange: Expected ")
    assert f"at `$.response.{part}`; restore the record" in message
