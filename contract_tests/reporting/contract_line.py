"""Where the OpenAPI document carries a clause out: what code hosts mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OPENAPI = "spec/openapi.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractLines:
    """Lines of `file`, counted from 1: of each clause that the document names, and of the operation for the rest."""

    operation: int = 1
    clauses: Mapping[str, int] = field(default_factory=dict)
    file: str = OPENAPI

    def of(self, clause: str) -> int:
        return self.clauses.get(clause, self.operation)
