"""What the page leaves open is observed: any answer but a server error is let pass, and a server error never is."""

import json
from dataclasses import replace
from functools import partial

import pytest

from contract_tests.case import Kind as CaseKind
from contract_tests.cases import all_cases
from contract_tests.draft import Setting, documented, member
from contract_tests.profile import Profile
from contract_tests.world import KnownCall
from mockserver.defect import CrashError, Defect, Kind

WORLD = Profile().world()
GREY = {case.id: case for case in all_cases() if case.kind is CaseKind.OBSERVATION}
ALWAYS = {"obliging", "picky"}


def setting_of(received):
    """The setting of a request, as its path has it."""
    identifier = received.raw_path.rstrip("/").rpartition("/")[2]
    call = KnownCall(id=identifier, user="12", extension="0003*210", view="01")
    return Setting(world=WORLD, call=call)


def is_of(case, received):
    """Whether a request is a case's own, byte for byte."""
    if received.method != "PUT":
        return False
    request = case.request(setting_of(received))
    return (received.raw_path, received.body) == (request.target, request.body)


def is_grey(received):
    return any(is_of(case, received) for case in GREY.values())


def made_up(**seam):
    return Defect(slug="made-up", kind=Kind.SERVER_ERROR, clause="body/no-server-error", summary="", **seam)


def crashing(case):
    """A mock that one case alone brings down."""

    def rewrite(received):
        if is_of(case, received):
            raise CrashError
        return received

    return made_up(request=rewrite)


def read_as(*changes):
    """Every observation is taken for the page's request with these changes."""

    def rewrite(received):
        if not is_grey(received):
            return received
        setting = setting_of(received)
        draft = documented(setting)
        for change in changes:
            draft = change(draft, setting)
        return replace(received, body=draft.request().body)

    return made_up(request=rewrite)


def jobs(check):
    observed = partial(check.mock, cases=tuple(GREY))
    return {
        "obliging": partial(observed, defect=read_as()),
        "picky": partial(observed, defect=read_as(member("waitForPickup", 0))),
    } | {name: partial(check.mock, defect=crashing(case), cases=(name,)) for name, case in GREY.items()}


@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_what_is_grey_may_be_accepted_or_refused(side_by_side, name):
    """One server takes every observation for the page's request, the other refuses them all."""
    checked = side_by_side[name]
    answers = {
        line["response"]["status"]
        for line in checked.exchanges()
        if line["role"] == "request" and line["case"] in GREY and "omitted" not in line["case"]
    }

    assert answers == {200 if name == "obliging" else 400}
    assert checked.findings("document") == checked.findings("table") == []


@pytest.mark.parametrize("name", GREY)
def test_a_server_error_is_a_finding_whatever_was_odd(side_by_side, name):
    checked = side_by_side[name]

    assert checked.findings("document") == checked.findings("table") == ["body/no-server-error"]
    assert checked.exit_code == 1


def test_the_values_that_must_be_tried_are_tried():
    tried = {name.rpartition("/")[2] for name in GREY if name.startswith("payload/grey-values/")}
    of_the_timeout = (
        "null",
        "empty",
        "true",
        "padded",
        "leading-zero",
        "fraction",
        "exponent",
        "huge",
        "superscript",
    )
    of_the_name = ("null", "empty", "accents", "long", "quotes", "brackets", "control")

    assert tried >= {f"waitForPickup-{slug}" for slug in of_the_timeout}
    assert tried >= {f"callerId-{slug}" for slug in of_the_name}
    assert tried >= {"phoneCallViewId-number", "phoneCallViewId-null"}


@pytest.mark.parametrize(
    ("slug", "sent"),
    [
        ("waitForPickup-exponent", b'"waitForPickup": 1e309'),
        ("waitForPickup-huge", b'"waitForPickup": 9223372036854775808'),
        ("waitForPickup-fraction", b'"waitForPickup": 20.5'),
        ("waitForPickup-padded", b'"waitForPickup": " 20"'),
        ("waitForPickup-superscript", '"waitForPickup": "²"'.encode()),
        ("phoneCallViewId-number", b'"phoneCallViewId": 1}'),
        ("callerId-accents", "Ångström 東京 📞 <".encode()),
    ],
)
def test_an_odd_value_goes_over_the_wire_as_it_is(slug, sent):
    """Encoders would make Infinity, which is no JSON, of a number that is too large for a float."""
    call = KnownCall(id="b817d2618fe6f1804333", user="12", extension="0003*210", view="01")
    body = GREY[f"payload/grey-values/{slug}"].request(Setting(world=WORLD, call=call)).body

    assert sent in body
    assert json.loads(body)["sendCallTo"] == "0003*024"
