"""A request as a shell line that sends it again. Secrets are environment variables in it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from contract_tests.exchange import Request

VARIABLES = {
    "${token}": "$CALLPARK_TOKEN",
    "${other_token}": "$CALLPARK_OTHER_TOKEN",
    "${expired_token}": "$CALLPARK_EXPIRED_TOKEN",
}
_OF_A_HEADER = re.compile(r"\$\{(header_[a-z0-9_]+)\}")
_LIKE_A_SECRET = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def curl(request: Request, base_url: str) -> str:
    """One line of POSIX shell that sends exactly this request to the target and prints the whole answer."""
    words = ["curl", "-sS", "-i", "--globoff", "--path-as-is"]
    if request.method != "GET":
        words += ["-X", request.method]
    words.append(shlex.quote(base_url + request.target))
    for name, value in request.headers:
        words += ["-H", _quoted(f"{name}: {value}")]
    if request.header("content-type") is None and request.body is not None:
        words += ["-H", "'Content-Type:'"]
    if not request.body:
        return " ".join(words + (["--data-binary", "''"] if request.body is not None else []))
    try:
        return " ".join([*words, "--data-binary", shlex.quote(_text(request.body))])
    except ValueError:
        octal = "".join(f"\\{byte:03o}" for byte in request.body)
        return f"printf '{octal}' | " + " ".join([*words, "--data-binary", "@-"])


def told_of_certificates(*, cacert: Path | None, cert: Path | None, insecure: bool) -> tuple[str, ...]:
    """What goes before such lines, so that each trusts whom the check trusted, in any folder; mostly nothing."""
    words = ["--cacert", str(cacert.resolve())] if cacert else []
    words += ["--cert", str(cert.resolve())] if cert else []
    words += ["--insecure"] if insecure else []
    return (f'curl() {{ command curl {shlex.join(words)} "$@"; }}',) if words else ()


def asking_for_headers(lines: Sequence[str]) -> tuple[str, ...]:
    """What goes before lines with secrets of `--header`, for the shell to say which of them nobody has set."""
    names = dict.fromkeys(_OF_A_HEADER.findall("\n".join(lines)))
    return tuple(f': "${{{name}:?set it to the secret that --header had}}"' for name in names)


def _text(body: bytes) -> str:
    text = body.decode("utf-8")
    if "\0" in text or text.startswith("@"):
        raise ValueError("curl would not send this text as it stands")
    return text


def _quoted(header: str) -> str:
    if not _LIKE_A_SECRET.search(header):
        return shlex.quote(header)
    escaped = re.sub(r'(["`\\])', r"\\\1", header)
    return '"' + _LIKE_A_SECRET.sub(lambda name: VARIABLES.get(name.group(), name.group()), escaped) + '"'


def in_rounds(lines: Sequence[str], rounds: int) -> list[str]:
    """The lines once, or in a loop of so many rounds."""
    if rounds == 1:
        return list(lines)
    numbers = " ".join(str(number) for number in range(1, rounds + 1))
    return [f"for round in {numbers}; do", *lines, "done"]
