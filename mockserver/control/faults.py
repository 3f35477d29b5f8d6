"""Errors of the control plane."""

from collections.abc import Mapping


class ControlError(Exception):
    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def bad_request(message: str) -> ControlError:
    return ControlError(400, "control_request_invalid", message)
