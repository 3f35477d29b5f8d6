"""Every variant differs from the default where it says, and its answers still fit the contract."""

import pytest

import callpark_spec
from mockserver.policy import Policy, Presentation
from mockserver.simulator.rules import Rules
from mockserver.variants import VARIANTS, UnknownVariantError, policy_with

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"


@pytest.fixture
def varied(make_api):
    return lambda *slugs, **settings: make_api(policy=policy_with(slugs), **settings)


def retrieved(api, path=PATH):
    return api.unpark(path).json()


WIRE = {
    "accepted-202": lambda api: api.unpark().status_code == 202,
    "documented-answer": lambda api: (
        retrieved(api)
        == {"id": CALL, "extension": "0003*210", "link": {"self": f"http://127.0.0.1:8080{PATH}"}}
    ),
    "reduced-call": lambda api: retrieved(api).keys() == {"id", "extension", "links"},
    "array-of-one": lambda api: [call["id"] for call in retrieved(api)] == [CALL],
    "link-singular": lambda api: "link" in retrieved(api) and "links" not in retrieved_again(api),
    "no-link": lambda api: not {"link", "links"} & retrieved(api).keys(),
    "link-as-asked": lambda api: retrieved(api, f"/uapi/phoneCalls/@me/@self/{CALL}")["links"][
        "self"
    ].endswith(f"/@me/@self/{CALL}"),
    "numbers-as-strings": lambda api: retrieved(api)["phoneCallView"][0]["status"] == "5",
    "dates-with-offset": lambda api: retrieved(api)["published"].endswith("+03:00"),
    "bare-listing": lambda api: api("GET", PATH).json()["id"] == CALL,
    "nothing-listed-204": lambda api: api("GET", PATH.replace("b8", "a8")).status_code == 204,
    "nothing-listed-400": lambda api: (
        code(api("GET", PATH.replace("b8", "a8"))) == (400, "pc_phonecall_invalid")
    ),
    "not-parked-call-invalid": lambda api: second(api) == (400, "pc_phonecall_invalid"),
    "not-parked-view-invalid": lambda api: second(api) == (400, "pc_phonecallview_invalid"),
    "not-parked-conflict": lambda api: second(api) == (409, "not_parked"),
    "bulk-retrieval": lambda api: [call["id"] for call in retrieved(api, PATH.rpartition("/")[0])] == [CALL],
    "missing-call-id-404": lambda api: (
        code(api.unpark(PATH.rpartition("/")[0])) == (404, "pc_phonecall_invalid")
    ),
    "unauthorized-403": lambda api: code(api("GET", PATH, token=None)) == (403, "access_denied"),
    "access-denided": lambda api: code(api("GET", PATH, token=None)) == (401, "access_denided"),
    "no-challenge": lambda api: "www-authenticate" not in api("GET", PATH, token=None).headers,
    "foreign-401": lambda api: code(api("GET", "/uapi/phoneCalls/13/@self")) == (401, "access_denied"),
    "foreign-403": lambda api: code(api("GET", "/uapi/phoneCalls/12/0003*310")) == (403, "access_denied"),
    "unknown-action-400": lambda api: code(api.unpark(action="OnHold")) == (400, "request_not_implemented"),
    "strict-media-type": lambda api: (
        code(api("PUT", PATH, b"{}", headers={"Content-Type": "text/plain"})) == (415, "request_invalid")
    ),
    "blank-is-default": lambda api: api.unpark(callerId="", waitForPickup=None).status_code == 200,
    "send-call-to-own-code": lambda api: (
        code(api.unpark(sendCallTo="0003*500")) == (400, "pc_sendcallto_invalid")
    ),
    "queue-retrieves": lambda api: (
        api.unpark(sendCallTo="0003*500").json()["phoneCallView"][0]["extension"] == "0003*500"
    ),
}

ELSEWHERE = {"unanswered-ends-call", "parking-time-runs-on", "next-slot"}


def code(response):
    return response.status_code, response.json()["error"]["code"]


def second(api):
    api.unpark()
    return code(api.unpark())


def retrieved_again(api):
    api.control("POST", "reset")
    return retrieved(api)


@pytest.mark.parametrize("slug", WIRE)
def test_a_variant_does_what_it_says_and_the_default_does_not(varied, slug):
    assert WIRE[slug](varied(slug))
    with_default = varied()
    try:
        differs = not WIRE[slug](with_default)
    except (KeyError, TypeError, ValueError):
        differs = True
    assert differs


def test_every_variant_is_tried_here_or_in_the_simulators_tests():
    assert WIRE.keys() | ELSEWHERE == VARIANTS.keys()


@pytest.mark.parametrize("slug", VARIANTS)
def test_a_variant_takes_sides_in_a_reading_of_the_contract(slug):
    assert VARIANTS[slug].reading in callpark_spec.load().readings
    assert VARIANTS[slug].conforms
    assert policy_with([slug]) != Policy()


def test_every_freedom_of_the_policy_is_used_by_a_variant():
    defaults = {**vars_of(Presentation()), **vars_of(Rules())}
    used = set()
    for slug in VARIANTS:
        policy = policy_with([slug])
        now = {**vars_of(policy.presentation), **vars_of(policy.rules)}
        used |= {name for name in now if now[name] != defaults[name]}
    assert used == defaults.keys()


def vars_of(value):
    return {name: getattr(value, name) for name in value.__slots__}


def test_variants_combine(varied):
    (call,) = varied("documented-answer", "array-of-one", "link-singular").unpark().json()
    assert call["link"]["self"].endswith(CALL)


@pytest.mark.parametrize(
    ("wanted", "said"), [("accept-202", "did you mean 'accepted-202'?"), ("xyz", "allowed: .*accepted-202")]
)
def test_an_unknown_variant_says_which_there_are(wanted, said):
    with pytest.raises(UnknownVariantError, match=said):
        policy_with([wanted])
