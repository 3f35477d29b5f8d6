"""The console in a real browser: a person parks, watches, retrieves, loses an answer, and is never run over."""

import re

import httpx
import pytest

pytestmark = pytest.mark.chromium

CALL = "b817d2618fe6f1804333"
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


def slot(page, number):
    return page.locator("#board .slot:not(.free)").filter(has=page.get_by_text(str(number), exact=True))


def phone(page, number):
    return page.locator("#phones .phone").filter(has_text=number)


def test_a_call_is_parked_counted_down_and_retrieved(console, mock):
    console.get_by_role("button", name="Park a call").click()
    card = slot(console, 2)
    card.get_by_role("timer").get_by_text("3:00", exact=True).wait_for()
    console.get_by_role("button", name="+25 s").click()
    card.get_by_role("timer").get_by_text("2:35", exact=True).wait_for()
    console.get_by_role("button", name="+1 s").click()
    card.get_by_role("timer").get_by_text("2:34", exact=True).wait_for()
    card.get_by_role("button", name="Retrieve").click()
    card.wait_for(state="detached")
    phone(console, "0003*024").get_by_text("on call").wait_for()
    (parked,) = [call for call in mock.control("GET", "state")["calls"] if call["phase"] == "parked"]
    assert parked["id"] == CALL


def test_a_clock_that_runs_counts_down_by_itself(console):
    console.locator("#modes").get_by_text("×60").click()
    console.get_by_role("button", name="Park a call").click()
    card = slot(console, 2)
    card.get_by_role("timer").filter(has_text=re.compile("^[012]:")).wait_for()
    card.wait_for(state="detached")
    console.locator("#modes").get_by_text("Frozen").click()
    console.get_by_role("radio", name="Frozen").and_(console.locator(":checked")).wait_for()


def test_what_a_request_changes_is_seen_without_asking(console, mock):
    assert mock.unpark().status_code == 200
    slot(console, 1).wait_for(state="detached")
    phone(console, "0003*024").get_by_text("on call").wait_for()
    entry = console.locator("#journal .entry").filter(has_text="UnPark")
    entry.locator(".badge").get_by_text("200").wait_for()
    entry.locator("summary").click()
    entry.get_by_text("Call …804333 retrieved.").wait_for()
    entry.get_by_text("Clauses of the contract").wait_for()
    assert entry.get_by_label("Request").inner_text().startswith("PUT /uapi/phoneCalls/12/")


def test_a_call_that_waits_too_long_rings_its_parker_who_picks_up(console):
    phone(console, "0003*211").get_by_role("combobox").select_option("never/0")
    console.get_by_role("button", name="Park a call").click()
    slot(console, 2).wait_for()
    console.get_by_role("button", name="Next event").click()
    slot(console, 2).wait_for(state="detached")
    console.get_by_role("status").get_by_text("Parked too long").wait_for()
    ringing = phone(console, "0003*211")
    ringing.get_by_text("rings, call").wait_for()
    ringing.get_by_role("button", name="Pick up").click()
    ringing.get_by_text("on call").wait_for()


def test_a_lost_answer_is_set_seen_and_taken_away(console, mock):
    console.get_by_role("combobox", name="Wire fault").select_option("The answer gets lost")
    console.get_by_role("button", name="Set the fault").click()
    console.locator(".chip").get_by_text("The answer gets lost").wait_for()
    with pytest.raises(httpx.RemoteProtocolError):
        mock.unpark()
    slot(console, 1).wait_for(state="detached")
    entry = console.locator("#journal .entry").filter(has_text="UnPark")
    entry.locator(".badge").get_by_text("no answer").wait_for()
    entry.locator("summary").click()
    entry.get_by_text("The right answer, which was lost").wait_for()
    console.get_by_role("button", name=re.compile("Take .* away")).click()
    console.locator(".chip").wait_for(state="detached")
    assert mock.control("GET", "faults")["faults"] == []
    assert mock.unpark().status_code == 204


def test_who_did_not_wait_is_said_to_have_left(console, mock):
    mock.control("POST", "faults", {"fixedDelayMilliseconds": 5000, "strikes": "before"})
    with pytest.raises(httpx.ReadTimeout):
        httpx.put(
            f"{mock.url}/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333",
            json={"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"},
            headers={"Authorization": "Bearer mock.default.12"},
            timeout=httpx.Timeout(10, read=0.2),
            trust_env=False,
        )
    entry = console.locator("#journal .entry").filter(has_text="UnPark")
    entry.locator(".badge").get_by_text("the client left").wait_for()
    slot(console, 1).wait_for()


def test_hostile_strings_stay_text(console, mock):
    call = mock.control("POST", "calls", {"state": "parked", "callerId": HOSTILE, "other": HOSTILE})
    card = slot(console, 2)
    card.get_by_text(HOSTILE).wait_for()
    assert mock.unpark(call["id"], callerId=f"{HOSTILE} <1>").status_code in (200, 400)
    mock.unpark("0" * 20, phoneCallViewId=HOSTILE)
    httpx.get(f"{mock.url}/uapi/{HOSTILE}", trust_env=False)
    entry = console.locator("#journal .entry").filter(has_text="pc_phonecall").first
    entry.locator("summary").click()
    for details in console.locator("details").all():
        details.evaluate("each => { each.open = true }")
    assert console.title() == "callpark console"
    assert console.locator("main script, main img, #board img, #journal img").count() == 0


def test_variants_and_defects_are_switched_for_this_session_only(console, mock):
    console.get_by_role("combobox", name="Variant").select_option("accepted-202")
    console.get_by_role("button", name="Switch accepted-202 off").wait_for()
    assert mock.unpark().status_code == 202
    assert mock.control("GET", "behaviour", session="other") == {"variants": [], "defect": None}
    console.get_by_role("button", name="Switch accepted-202 off").click()
    console.get_by_role("button", name="Switch accepted-202 off").wait_for(state="detached")
    console.get_by_role("combobox", name="Defect").select_option("left-parked")
    console.get_by_text(mock_summary(mock, "left-parked")).wait_for()
    console.get_by_role("button", name="Put everything back").click()
    slot(console, 1).wait_for()
    assert mock.control("GET", "behaviour") == {"variants": [], "defect": None}


def mock_summary(mock, slug):
    return next(
        each["summary"] for each in mock.control("GET", "behaviours")["defects"] if each["slug"] == slug
    )


def test_a_scenario_is_chosen(console, mock):
    console.get_by_role("combobox", name="Scenario").select_option("empty")
    console.get_by_text("Nobody is on the phone.").is_visible()
    slot(console, 1).wait_for(state="detached")
    assert mock.control("GET", "state")["scenario"] == "empty"


def test_another_session_is_another_world(make_page, mock, said, open_console):
    mock.unpark()
    page = make_page()
    open_console(page, mock, session="other")
    slot(page, 1).wait_for()
    page.get_by_label("Session", exact=True).fill("default")
    page.get_by_role("button", name="Open").click()
    page.get_by_text("0 parked").wait_for()
    assert said == []


def test_a_call_is_made_by_hand(console, mock):
    console.get_by_label("Other party").fill("+15550123")
    console.get_by_label("Caller id").fill("Jane Roe <+15550123>")
    console.get_by_role("button", name="Make the call").click()
    call = console.locator("#calls .call").filter(has_text="+15550123")
    call.get_by_role("button", name="Park").click()
    slot(console, 2).get_by_text("Jane Roe <+15550123>").wait_for()
    call.get_by_role("button", name="Hang up").click()
    call.wait_for(state="detached")
    assert [each["id"] for each in mock.control("GET", "state")["calls"]] == [CALL]


def test_what_cannot_be_done_is_said(console, said):
    phone(console, "0003*024").get_by_role("combobox").select_option("busy/0")
    slot(console, 1).get_by_role("button", name="Retrieve").click()
    console.get_by_role("alert").get_by_text("is busy and cannot be rung").wait_for()
    slot(console, 1).wait_for()
    (noted,) = said
    assert "400" in noted  # the browser notes the status of what the page asked for
    said.clear()


@pytest.mark.parametrize("language", ["curl", "Python"])
def test_what_is_copied_runs(console, mock, language, tmp_path):
    import shlex
    import subprocess
    import sys

    slot(console, 1).get_by_role("button", name="Code for slot").click()
    console.get_by_role("tab", name=language).click()
    text = console.locator("#snippet-text").inner_text()
    command = ["bash", "-c", text] if language == "curl" else [sys.executable, "-c", text]
    done = subprocess.run(command, capture_output=True, text=True)
    assert CALL in done.stdout, (shlex.join(command), done.stderr)
    console.get_by_role("button", name="Close").click()
    slot(console, 1).wait_for(state="detached")


def test_what_is_copied_as_fetch_runs_in_a_page_of_a_developer(console, mock, make_page):
    slot(console, 1).get_by_role("button", name="Code for slot").click()
    console.get_by_role("tab", name="fetch").click()
    text = console.locator("#snippet-text").inner_text()
    console.evaluate(f"(async () => {{ {text.replace('console.log', 'void ')} }})()")
    console.get_by_role("button", name="Close").click()
    slot(console, 1).wait_for(state="detached")


def test_everything_is_done_with_the_keyboard(console, mock):
    console.keyboard.press("Tab")
    assert console.evaluate("document.activeElement.className") == "skip"
    console.keyboard.press("Enter")
    park = console.get_by_role("button", name="Park a call")
    for _ in range(40):
        console.keyboard.press("Tab")
        if park.evaluate("each => each === document.activeElement"):
            break
    console.keyboard.press("Enter")
    slot(console, 2).wait_for()
    assert park.evaluate("each => each === document.activeElement")
    retrieve = slot(console, 2).get_by_role("button", name="Retrieve")
    retrieve.focus()
    console.keyboard.press("Enter")
    slot(console, 2).wait_for(state="detached")
    assert console.evaluate("document.activeElement.id") == "lot-title"
