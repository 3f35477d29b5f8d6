"""The vendor's API: the whole way of a request through connexion, and what can be asked without it."""

from typing import TYPE_CHECKING

from callpark_spec import openapi_document
from mockserver.connection.asgi import App, Receive, Scope, Send
from mockserver.connection.first_use import FirstUse
from mockserver.http_api.answering import Answering
from mockserver.http_api.bearer import TokenCheck
from mockserver.http_api.contract import Contract
from mockserver.http_api.grammar import Compiled
from mockserver.http_api.own_fault import own_fault
from mockserver.http_api.plain_operations import PlainOperation, kept_reading
from mockserver.http_api.rendering import send_answer
from mockserver.policy import Presentation
from mockserver.sessions.sessions import Sessions

if TYPE_CHECKING:
    from mockserver.http_api.application import Application


def vendor_api(sessions: Sessions, presentation: Presentation, *, token_lifetime: int) -> "VendorApi":
    """`token_lifetime` is how many seconds the token endpoint's tokens are good for.

    A document that connexion has not read before it reads at once: what is wrong with it is raised here.
    """
    kept = kept_reading()
    contract = Contract(kept.document if kept else openapi_document())
    vendor = VendorApi(sessions, contract, presentation, token_lifetime, kept.operations if kept else None)
    if kept is None:
        vendor.load()
    return vendor


class VendorApi:
    """connexion is loaded for the first request that has to go through it, or by `load`."""

    def __init__(
        self,
        sessions: Sessions,
        contract: Contract,
        presentation: Presentation,
        token_lifetime: int,
        operations: tuple[PlainOperation, ...] | None,
    ) -> None:
        self.contract = contract
        self.presentation = presentation
        self.answering = Answering(contract, presentation)
        self.tokens = TokenCheck(sessions)
        self.compiled = Compiled()
        self.sessions = sessions
        self.token_lifetime = token_lifetime
        self._operations = operations
        self._whole = FirstUse(self._application)

    @property
    def operations(self) -> tuple[PlainOperation, ...]:
        """Those kept, or where none are, connexion's reading of the document at this moment."""
        return self.load().operations if self._operations is None else self._operations

    def load(self) -> "Application":
        """Raise what connexion has against the document."""
        return self._whole.at_once()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            whole: App = await self._whole.get()
        except Exception as error:  # told as any fault of ours; the next request tries again
            if scope["type"] != "http":
                raise
            await send_answer(self.answering.refuse(own_fault(error)), send)
            return
        await whole(scope, receive, send)

    def _application(self) -> "Application":
        from mockserver.http_api.application import Application

        return Application(self)
