"""`callpark explain`: the sentence behind a word of the report."""

import callpark_spec


def test_a_clause(callpark):
    done = callpark("explain", "failure/timeout/not-positive")
    assert done.status == 0
    assert done.out.startswith("failure/timeout/not-positive  (must)\n")
    assert 'The page, line 113: "' in done.out
    assert "Codes: pc_timeout_invalid" in done.out
    assert """ -X PUT 'http://127.0.0.1:8080/uapi/phoneCalls/12/0003*210/""" in done.out


def test_a_reading(callpark):
    (reading, *_) = callpark_spec.load().readings.values()
    done = callpark("explain", reading.id)
    assert done.status == 0
    assert done.out.startswith(f"{reading.id}  (reading)\n")
    assert "table: " in done.out or "observed: " in done.out


def test_a_code(callpark):
    done = callpark("explain", "pc_callerid_invalid")
    assert done.status == 0
    assert done.out.startswith("pc_callerid_invalid  (error code, on the page; status 400)")
    assert "Try: callpark explain failure/caller-id/" in done.out


def test_everything_there_is_can_be_explained(callpark):
    listed = callpark("explain")
    catalogue = callpark_spec.load()
    assert listed.status == 0
    for word in (*catalogue.clauses, *catalogue.readings, *catalogue.codes):
        assert f"  {word} " in listed.out
        assert callpark("explain", word).status == 0


def test_an_unknown_word_comes_with_the_nearest_that_is_known(callpark):
    done = callpark("explain", "pc_timout_invalid")
    assert (done.status, done.out) == (2, "")
    assert "`pc_timout_invalid`; did you mean `pc_timeout_invalid`?" in done.err


def test_a_reason_why_something_is_not_tried_is_told(callpark):
    assert "\nNo defect: Any retrieval carries it out" in callpark("explain", "request/method").out
    assert "\nNot tested: What a telephone displays" in callpark("explain", "payload/caller-id/displayed").out
