"""The vendor's API over HTTP: request to command, outcome to response.  Nothing is decided here."""

import warnings

# connexion 3.3 imports starlette's TestClient and jsonschema's RefResolver as soon as it is imported, though nothing
# here uses them, and both warn that they are on their way out.  Nobody who starts the mock can do anything about it.
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=".*starlette.testclient")
    warnings.filterwarnings("ignore", message="jsonschema\\.", category=DeprecationWarning)
    import connexion  # type: ignore[import-untyped]  # noqa: F401  # it ships no types
