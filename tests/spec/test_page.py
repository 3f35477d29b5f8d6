"""The pinned page."""

import hashlib

from callpark_spec import load
from callpark_spec.location import data_root

PAGE = load().page
PINNED = "845b257b03a523b3aa9167de1ccfb6d66180c90ed02e6961c5fe13a83501bef2"


def test_the_page_is_the_one_that_was_pinned():
    # Written down a second time: whoever changes the page and its record has to change this test too.
    content = (data_root() / "page" / "unpark-phonecalls.txt").read_bytes()

    assert hashlib.sha256(content).hexdigest() == PAGE.sha256 == PINNED
    assert PAGE.text.encode() == content


def test_the_page_says_whose_it_is():
    assert PAGE.url == "https://wiki.4psa.com/display/VNUAPI30/UnPark+PhoneCalls"
    assert PAGE.licence == "CC BY 4.0"
    assert "4PSA" in PAGE.attribution
    assert "Creative Commons Attribution 4.0" in PAGE.lines[-1]


def test_a_quote_may_run_over_lines_and_blanks_count_as_one():
    assert PAGE.has_quote("userId User-Id   Yes", 45)
    assert PAGE.has_quote("Return-Object = PhoneCall", 19)


def test_a_quote_starts_on_its_line():
    assert not PAGE.has_quote("User-Id Yes", 45)
    assert not PAGE.has_quote("Action must be set to UnPark.", 83)
    assert not PAGE.has_quote("Page tree", 0)
    assert not PAGE.has_quote("Page tree", len(PAGE.lines) + 1)


def test_an_empty_line_starts_no_quote():
    assert PAGE.lines[1] == ""
    assert not PAGE.has_quote("This method", 2)


def test_the_line_of_a_quote_is_found():
    assert PAGE.line_of_quote("Action must be set to UnPark.") == 84
    assert PAGE.line_of_quote("Never written.") is None
