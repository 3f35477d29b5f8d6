"""A fault of ours."""

import logging

from mockserver.http_api.refusals import Refusal, for_status

_log = logging.getLogger(__name__)


def own_fault(error: Exception) -> Refusal:
    """What is told of a fault of ours; it is logged."""
    _log.error("the mock failed on its own", exc_info=error)
    return for_status(500, "The mock failed on its own; its log says how.")
