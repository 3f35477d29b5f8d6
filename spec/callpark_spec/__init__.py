"""What the vendor promises: the page, its clauses, its readings, its error codes, its OpenAPI document.

`load()` is the door. Every name is imported when it is first used, so that a pytest plugin or a command line
can import this package for nothing.
"""

from importlib import import_module

TYPE_CHECKING = False  # type checkers take it for True; the module typing alone would cost more than this one
if TYPE_CHECKING:
    from callpark_spec.catalogue import (
        AREAS,
        GLOBAL_READINGS,
        Catalogue,
        Clause,
        ErrorCode,
        GlobalReading,
        Level,
        Quote,
        Reading,
    )
    from callpark_spec.document import (
        clause_lines,
        openapi_document,
        openapi_path,
        openapi_text,
        operation_line,
    )
    from callpark_spec.errors import CatalogueError, UnknownId
    from callpark_spec.loader import load, load_from
    from callpark_spec.page import Page

_HOME = {
    "AREAS": "catalogue",
    "GLOBAL_READINGS": "catalogue",
    "Catalogue": "catalogue",
    "CatalogueError": "errors",
    "Clause": "catalogue",
    "ErrorCode": "catalogue",
    "GlobalReading": "catalogue",
    "Level": "catalogue",
    "Page": "page",
    "Quote": "catalogue",
    "Reading": "catalogue",
    "UnknownId": "errors",
    "clause_lines": "document",
    "load": "loader",
    "load_from": "loader",
    "openapi_document": "document",
    "openapi_path": "document",
    "openapi_text": "document",
    "operation_line": "document",
}

__all__ = [
    "AREAS",
    "GLOBAL_READINGS",
    "Catalogue",
    "CatalogueError",
    "Clause",
    "ErrorCode",
    "GlobalReading",
    "Level",
    "Page",
    "Quote",
    "Reading",
    "UnknownId",
    "clause_lines",
    "load",
    "load_from",
    "openapi_document",
    "openapi_path",
    "openapi_text",
    "operation_line",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
