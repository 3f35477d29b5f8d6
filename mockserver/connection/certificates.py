"""TLS for a server on this machine: a certificate made for one run, or one that the user has."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ALWAYS: Final = ("localhost", "127.0.0.1", "::1")


class CertificateError(ValueError):
    """A certificate cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What a server needs, and `ca_file`, what its clients have to trust; None where they trust it already."""

    context: ssl.SSLContext
    ca_file: Path | None = None


@contextmanager
def made_for(host: str, *, ca_file: Path | None = None) -> Iterator[Tls]:
    """A certificate for this machine and `host`, of an authority that is made along with it.

    The authority's certificate is written to `ca_file`, or to a temporary file that goes when the block ends, which
    SIGKILL alone keeps it from under `callpark`; its key and the certificate's own are written nowhere. May raise
    OSError for the file.
    """
    import trustme

    authority = trustme.CA(organization_name="callpark mock", organization_unit_name="made for one run")
    names = dict.fromkeys((*ALWAYS, host))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    if ca_file is not None:
        ca_file.write_bytes(authority.cert_pem.bytes())
        yield Tls(context=context, ca_file=ca_file.resolve())
        return
    descriptor, name = tempfile.mkstemp(prefix="callpark-ca-", suffix=".pem")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(authority.cert_pem.bytes())
        yield Tls(context=context, ca_file=Path(name))
    finally:
        Path(name).unlink(missing_ok=True)


def read_from(certfile: Path, keyfile: Path | None) -> Tls:
    """A certificate of the user's; without `keyfile` the key stands in the same file. Raise CertificateError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certfile, keyfile, password=_no_pass_phrase)
    except _LockedKeyError:
        raise CertificateError(
            f"the key in {keyfile or certfile} has a pass phrase; give one without, as `openssl pkey -in"
            f" {keyfile or certfile} -out FILE` writes it"
        ) from None
    except ssl.SSLError as error:
        key = f"the key in {keyfile}" if keyfile else "its key"
        raise CertificateError(
            f"{certfile} does not hold a certificate that can be used with {key}"
            f" ({error.reason or error}); both are PEM"
        ) from None
    except OSError as error:
        raise CertificateError(f"{error.filename or certfile}: {error.strerror}") from None
    return Tls(context=context)


class _LockedKeyError(Exception):
    pass


def _no_pass_phrase() -> str:
    raise _LockedKeyError
