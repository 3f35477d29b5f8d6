"""Which certificate `callpark mock` serves with, by its options."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mockserver.connection.certificates import Tls


def tls_of(
    stack: ExitStack,
    host: str,
    makes_certificate: bool,
    ca_file: Path | None,
    certfile: Path | None,
    keyfile: Path | None,
) -> Tls | None:
    """The certificate that is served with, made for the run or read from files; None without TLS.

    Raises UsageError for options that do not go together, OSError for a file that cannot be written.
    """
    from mockserver.connection.certificates import CertificateError, made_for, read_from

    if certfile and (makes_certificate or ca_file):
        raise click.UsageError("--certfile brings a certificate, --tls makes one; give one of the two")
    if keyfile and not certfile:
        raise click.UsageError("--keyfile is of no use without --certfile")
    if ca_file and not makes_certificate:
        raise click.UsageError("--ca-file is of no use without --tls")
    if makes_certificate:
        return stack.enter_context(made_for(host, ca_file=ca_file))
    try:
        return read_from(certfile, keyfile) if certfile else None
    except CertificateError as error:
        raise click.UsageError(str(error)) from error
