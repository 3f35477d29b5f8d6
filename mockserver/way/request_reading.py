"""From what came in to what can be asked about it: the cured path and the operation there."""

from mockserver.http_api.contract import Contract
from mockserver.http_api.path import TOKEN_PATH, cured_path
from mockserver.journal.entry import Exchange
from mockserver.request_pattern import RequestFacts


class RequestReader:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def facts(self, exchange: Exchange, body: bytes | None = None) -> RequestFacts:
        """`body` where more of it is at hand than the exchange keeps.  The token endpoint keeps its own path."""
        raw, _, query = exchange.target.partition(b"?")
        path = cured_path(raw, self._contract.base_path)
        shown = path.removeprefix(self._contract.base_path) if path.endswith(TOKEN_PATH) else path
        return RequestFacts(
            method=exchange.method,
            path=shown,
            query=query,
            headers=exchange.headers,
            body=exchange.body.data if body is None else body,
            operation=self._contract.operation_id(exchange.method, path),
        )
