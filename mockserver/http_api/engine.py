"""All that is taken of connexion.  Importing this loads it, which takes longer than everything else of a start."""

import warnings

# connexion 3.3 imports starlette's TestClient and jsonschema's RefResolver as soon as it is imported, though nothing
# here uses them, and both warn that they are on their way out.  Nobody who starts the mock can do anything about it.
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=".*starlette.testclient")
    warnings.filterwarnings("ignore", message="jsonschema\\.", category=DeprecationWarning)
    from connexion import AsyncApp, request  # type: ignore[import-untyped]  # it ships no types

from connexion.datastructures import MediaTypeDict  # type: ignore[import-untyped]
from connexion.exceptions import ProblemException  # type: ignore[import-untyped]
from connexion.lifecycle import ConnexionRequest, ConnexionResponse  # type: ignore[import-untyped]
from connexion.operations import AbstractOperation  # type: ignore[import-untyped]
from connexion.options import SwaggerUIOptions  # type: ignore[import-untyped]
from connexion.resolver import Resolver  # type: ignore[import-untyped]
from connexion.security import BearerSecurityHandler  # type: ignore[import-untyped]
from connexion.spec import Specification  # type: ignore[import-untyped]
from connexion.validators import JSONRequestBodyValidator, ParameterValidator  # type: ignore[import-untyped]

__all__ = [
    "AbstractOperation",
    "AsyncApp",
    "BearerSecurityHandler",
    "ConnexionRequest",
    "ConnexionResponse",
    "JSONRequestBodyValidator",
    "MediaTypeDict",
    "ParameterValidator",
    "ProblemException",
    "Resolver",
    "Specification",
    "SwaggerUIOptions",
    "request",
]
