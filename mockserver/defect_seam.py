"""The outer two seams of a defect, as one ASGI layer; without a defect the layer is not there."""

from mockserver.asgi import App, Message, Receive, Scope, Send, read_body
from mockserver.defect import Defect, Received, Sent


class DefectSeam:
    def __init__(self, app: App, defect: Defect) -> None:
        self._app = app
        self._defect = defect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = await _received(scope, receive)
        told = self._defect.request(asked) if self._defect.request else asked
        sent = await _answer(self._app, scope, told)
        if self._defect.response:
            sent = self._defect.response(asked, sent)
        await _send(sent, send)


async def _received(scope: Scope, receive: Receive) -> Received:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Received(
        method=scope["method"], path=scope["path"], headers=headers, body=await read_body(receive)
    )


async def _answer(app: App, scope: Scope, told: Received) -> Sent:
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": told.body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.headers.items()]
    raw_path = scope.get("raw_path") if told.path == scope["path"] else None
    inner = {**scope, "method": told.method, "path": told.path, "headers": headers, "raw_path": raw_path}
    await app(inner, receive, send)
    start = messages[0]
    return Sent(
        status=start["status"],
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]},
        body=b"".join(message.get("body", b"") for message in messages[1:]),
    )


async def _send(sent: Sent, send: Send) -> None:
    headers = {name: value for name, value in sent.headers.items() if name.lower() != "content-length"}
    if sent.status != 204:
        headers["content-length"] = str(len(sent.body))
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": sent.status, "headers": encoded})
    await send({"type": "http.response.body", "body": sent.body})
