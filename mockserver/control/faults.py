"""Errors of the control plane."""


class ControlError(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def bad_request(message: str) -> ControlError:
    return ControlError(400, "control_request_invalid", message)
