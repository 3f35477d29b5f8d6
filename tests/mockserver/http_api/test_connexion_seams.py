"""What of connexion's insides we rely on.  Red here means: read its changelog before anything else."""

import inspect
from importlib.metadata import version

from connexion.frameworks.starlette import Starlette
from connexion.middleware.main import ConnexionMiddleware
from connexion.middleware.request_validation import RequestValidationOperation
from connexion.security import AbstractSecurityHandler, BearerSecurityHandler
from connexion.validators import JSONRequestBodyValidator, ParameterValidator
from starlette.responses import Response

from mockserver.http_api.grammar import Compiled

CALL = "b817d2618fe6f1804333"


def test_the_version_is_the_one_these_seams_were_read_in():
    assert version("connexion").startswith("3.3.")


def test_the_private_methods_we_replace_are_still_called_with_what_we_take():
    assert [*inspect.signature(JSONRequestBodyValidator._parse).parameters] == ["self", "stream", "scope"]
    assert [*inspect.signature(JSONRequestBodyValidator._validate).parameters] == ["self", "body"]
    assert [*inspect.signature(ParameterValidator.validate_request).parameters] == ["self", "request"]
    assert [*inspect.signature(AbstractSecurityHandler._resolve_func).parameters] == [
        "self",
        "security_scheme",
    ]
    assert "_resolve_func" in inspect.getsource(AbstractSecurityHandler.get_fn)
    assert issubclass(BearerSecurityHandler, AbstractSecurityHandler)


def test_an_empty_body_reaches_our_parser_because_required_is_read_from_the_instance():
    assert "self._required" in inspect.getsource(JSONRequestBodyValidator.wrap_receive)


def test_the_body_validator_is_chosen_by_media_type():
    assert '_validator_map["body"][mime_type]' in inspect.getsource(RequestValidationOperation.__call__)


def test_a_ready_response_is_passed_through():
    assert Starlette.is_framework_response(Response())


def test_the_router_raises_because_connexion_puts_itself_into_the_scope():
    assert 'scope["app"] = self' in inspect.getsource(ConnexionMiddleware.__call__)


def test_schemas_are_compiled_once_and_not_per_request(make_api, monkeypatch):
    made = []
    plain = Compiled.__init__
    monkeypatch.setattr(Compiled, "__init__", lambda self: (plain(self), made.append(self))[0])
    api = make_api()
    api.unpark()
    (compiled,) = made
    before = len(compiled)
    for _ in range(20):
        api.unpark()
    assert len(compiled) == before


def test_two_mocks_in_one_process_know_nothing_of_each_other(make_api):
    first, second = make_api(), make_api(scenario="empty")
    assert first.unpark().status_code == 200
    assert second.unpark().status_code == 400
