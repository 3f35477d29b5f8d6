"""A mock without a port: httpx clients reach it in a loop and a thread of its own."""

import asyncio
import threading
from concurrent.futures import Future
from urllib.parse import unquote

import httpx

from mockserver.connection.asgi import App, Receive, Scope, Send


class InProcess(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """For clients of either kind, from any thread and any loop.  Answers come whole, not as a stream.

    A connection that the mock drops on request is a httpx.RemoteProtocolError here, as it is on a port.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        answer = self._submit(request)
        try:
            return answer.result()
        except KeyboardInterrupt:
            answer.cancel()
            raise

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return await asyncio.wrap_future(self._submit(request))

    def stop(self) -> None:
        """End the loop and the thread.  Not `close`: that is what each client calls when it is done."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _submit(self, request: httpx.Request) -> Future[httpx.Response]:
        return asyncio.run_coroutine_threadsafe(self._answer(request), self._loop)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        patience = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(patience):
                transport = httpx.ASGITransport(app=_aimed(self._app, request))
                response = await transport.handle_async_request(request)
                content = await response.aread()
        except TimeoutError:
            raise httpx.ReadTimeout("the mock has not answered in time", request=request) from None
        except ConnectionError as error:
            raise httpx.RemoteProtocolError(str(error), request=request) from None
        stream = httpx.ByteStream(content)
        return httpx.Response(response.status_code, headers=response.headers, stream=stream)


def _aimed(app: App, request: httpx.Request) -> App:
    """With path and query byte for byte as they would be on the wire; httpx takes them apart in its own way."""
    target: bytes = request.extensions.get("target", request.url.raw_path)
    raw, _, query = target.partition(b"?")
    aim = {"path": unquote(raw.decode("ascii")), "raw_path": raw, "query_string": query}

    async def aimed(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, **aim}, receive, send)

    return aimed
