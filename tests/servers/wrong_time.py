"""Servers that are wrong about how long a phone rings."""

from .base import JsonObject
from .example import ExampleServer
from .ringing import RingingServer


class ZeroSeconds(ExampleServer):
    def is_timeout(self, sent: JsonObject) -> bool:
        return str(sent.get("waitForPickup")).lstrip("-") == "0" or super().is_timeout(sent)


class NegativeSeconds(ExampleServer):
    def is_timeout(self, sent: JsonObject) -> bool:
        wait = sent.get("waitForPickup")
        return super().is_timeout({"waitForPickup": str(wait).lstrip("-")} if wait else sent)


class AnySeconds(ExampleServer):
    def is_timeout(self, sent: JsonObject) -> bool:
        wait = sent.get("waitForPickup")
        return (isinstance(wait, str) and wait.strip("-0123456789.") != "") or super().is_timeout(sent)


class Milliseconds(RingingServer):
    def patience(self, order: JsonObject) -> float:
        return super().patience(order) / 1000


class Lost(RingingServer):
    def answered(self, call: JsonObject) -> None:
        self.cancel(call)


class NeverCancelled(RingingServer):
    def __init__(self) -> None:
        super().__init__(pickup=None)

    def cancel(self, call: JsonObject) -> None:
        pass
