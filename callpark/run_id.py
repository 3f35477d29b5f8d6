"""Names of runs."""

import secrets


def new_run_id() -> str:
    """Eight letters that no other run has."""
    return secrets.token_hex(4)
