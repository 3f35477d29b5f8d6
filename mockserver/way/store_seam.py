"""The layer around a mock with a store that may fail: what was not done is answered 503, and may be asked again."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from mockserver.connection.asgi import App, Message, Receive, Scope, Send
from mockserver.http_api.answering import Answer
from mockserver.http_api.path import TOKEN_PATH, raw_path
from mockserver.http_api.refusals import in_words_of_the_endpoint, unavailable
from mockserver.http_api.rendering import send_answer
from mockserver.store.done import one_request
from mockserver.store.seam import StoreUnavailableError

_log = logging.getLogger(__name__)


class StoreSeam:
    """Most failures are answered further in; this one is for what is asked before and after a request is served.

    `around` is entered for every request.
    """

    def __init__(self, app: App, around: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._app = app
        self._around = around

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def sent(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        with one_request():
            try:
                with self._around():
                    await self._app(scope, receive, sent)
            except StoreUnavailableError as error:
                _log.warning("the store failed: %s", error)
                if not has_begun:
                    refusal = unavailable(error)
                    is_token = raw_path(scope).endswith(TOKEN_PATH.encode())
                    told = in_words_of_the_endpoint(refusal) if is_token else refusal
                    await send_answer(Answer.of(told), send)
