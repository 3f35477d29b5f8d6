"""`callpark check URL`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callpark.formats import FILES, USUAL

if TYPE_CHECKING:
    import ssl

    from contract_tests.credentials import Client
    from contract_tests.profile import Profile
    from contract_tests.selection import Shard

UNREACHABLE = 3


@click.command("check")
@click.argument("url", required=False)
@click.option(
    "--profile", "profile_file", type=click.Path(dir_okay=False, path_type=Path), help="Describes the target."
)
@click.option(
    "--token-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="File with the token."
)
@click.option(
    "--client-id", help="App whose token is fetched from URL/oauth/token.php, and again when it ends."
)
@click.option(
    "--client-secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the App's secret; CALLPARK_CLIENT_SECRET does as well.",
)
@click.option(
    "--token",
    help="The token itself, for everybody on this machine to read in the process list;"
    " CALLPARK_TOKEN or --token-file keep it out of there.",
)
@click.option(
    "--rung",
    type=click.Choice(["auto", "control", "api", "hook", "inventory", "operator"]),
    default="auto",
    show_default=True,
)
@click.option(
    "--lane", type=click.Choice(["conform", "explore", "all"]), default="conform", show_default=True
)
@click.option("--reading", type=click.Choice(["document", "table"]), default="document", show_default=True)
@click.option(
    "--clause",
    "clauses",
    multiple=True,
    help="Only what this clause, or all below this prefix, is judged by; repeatable.",
)
@click.option("--seed", default=0, show_default=True, help="Decides what the lane explore draws.")
@click.option(
    "--engine",
    is_flag=True,
    help="Explore with requests that schemathesis generates now, not with those it made beforehand.",
)
@click.option(
    "--keep",
    "kept_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep what exploring finds in this file, and play it first next time.",
)
@click.option(
    "--baseline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Known findings, with reasons.",
)
@click.option(
    "--write-baseline",
    "baseline_out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the findings as a baseline, for reasons to be filled in; the file must not be there yet.",
)
@click.option(
    "--safe",
    is_flag=True,
    help="Send only what must be refused however the page is read, so that nothing rings; never says that it conforms.",
)
@click.option("--rate", type=click.FloatRange(min=0.1), metavar="N", help="At most N requests a second.")
@click.option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(min=0.1, max=3600),
    metavar="SECONDS",
    help="How long an answer may take; a target that has too many wait in vain is given up.",
)
@click.option(
    "--max-time", type=click.FloatRange(min=1), metavar="SECONDS", help="Send nothing more after this long."
)
@click.option(
    "--cacert",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificates to trust, as PEM.",
)
@click.option(
    "--cert",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Client certificate and key, as PEM.",
)
@click.option("--insecure", is_flag=True, help="Take any certificate.")
@click.option(
    "--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header to send along; repeatable."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("callpark-report"),
    show_default=True,
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(FILES)),
    help=f"What to render, repeatable; {', '.join(USUAL)} by default.",
)
@click.option(
    "--report-url",
    default="",
    metavar="URL",
    help="Where report.html will be found; other formats link to it.",
)
@click.option(
    "--run",
    "shared_run",
    metavar="ID",
    help="Name of the run; checks that divide the clauses among them share one, and report merges their records.",
)
@click.option(
    "--shard",
    "shard_text",
    metavar="I/N",
    help="The I-th of N checks that divide table or exploring among them; with --run, and report merges their records.",
)
@click.option("--quiet", is_flag=True, help="No progress, only the summary.")
def command(
    url: str | None,
    profile_file: Path | None,
    token_file: Path | None,
    client_id: str | None,
    client_secret_file: Path | None,
    token: str | None,
    rung: str,
    lane: str,
    reading: str,
    clauses: tuple[str, ...],
    seed: int,
    engine: bool,
    kept_file: Path | None,
    baseline: Path | None,
    baseline_out: Path | None,
    safe: bool,
    rate: float | None,
    timeout: float,
    max_time: float | None,
    cacert: Path | None,
    cert: Path | None,
    insecure: bool,
    headers: tuple[str, ...],
    out: Path,
    formats: tuple[str, ...],
    report_url: str,
    shared_run: str | None,
    shard_text: str | None,
    quiet: bool,
) -> int:
    """Judge the implementation at URL, an origin such as http://127.0.0.1:8080. It may stand in the profile instead.

    \b
    Exit status: 0 conforms, 1 does not, 3 could not be judged, 4 stale baseline entry, 2 usage, 5 our own fault,
    130 interrupted.
    The token may also come from CALLPARK_TOKEN (and CALLPARK_OTHER_TOKEN, CALLPARK_EXPIRED_TOKEN), the secret of
    --client-id from CALLPARK_CLIENT_SECRET.
    """  # fmt: skip
    from typing import cast

    from callpark.checking import run_check
    from callpark.crash import keep_out
    from callpark.known_findings import exit_beside, known_names, still_good, write_baseline
    from callpark.output import Around
    from callpark.run_id import new_run_id
    from callpark.unwritable import Unwritable
    from contract_tests.approach import NoSuchRung, NoToken, RungName, approach, environment_tokens
    from contract_tests.baseline import BaselineError, read_baseline
    from contract_tests.check import Plan
    from contract_tests.credentials import NoTokenIssued
    from contract_tests.lanes.finding import UnreadableFindings, keep, kept
    from contract_tests.preflight import NotReady, preflight
    from contract_tests.profile import ProfileError, read_profile
    from contract_tests.redaction import SecretRefused
    from contract_tests.reproduction import told_of_certificates
    from contract_tests.selection import Lane, NothingSelected
    from contract_tests.state.rung import RungError
    from contract_tests.target import TargetUnreachable, UnusableTarget
    from contract_tests.verdict import Reading

    run = _run_id(shared_run) if shared_run else new_run_id()
    shard = _shard(shard_text, shared_run) if shard_text else None
    if baseline_out and baseline_out.exists():
        raise click.UsageError(f"--write-baseline {baseline_out}: the file is there already; name another")
    if engine and lane == "conform":
        raise click.UsageError("--engine is of no use without --lane explore or --lane all")
    for option, file in (("--keep", kept_file), ("--write-baseline", baseline_out)):
        if file is not None and not file.parent.is_dir():
            raise click.UsageError(
                f"{option} {file}: there is no folder {file.parent}; make it, or name another"
            )
    try:
        profile = read_profile(profile_file, os.environ) if profile_file else None
        url = url or (profile.url if profile else None)
        if url is None:
            raise click.UsageError("Missing argument 'URL', and no profile that names a url.")
        if clauses or safe:
            _check_selection(lane, profile, clauses, safe=safe)
        known = read_baseline(baseline, known_names()) if baseline else None
        earlier = kept(kept_file) if kept_file else ()
        approached = approach(
            url,
            run=f"{run}-{new_run_id()}" if shared_run else run,
            profile=profile,
            tokens={"token": token or _content(token_file)},
            client=_client(client_id, client_secret_file),
            fallback_tokens=environment_tokens(os.environ),
            rung=cast(RungName, rung),
            headers=tuple(_header(text) for text in headers),
            rate=rate,
            timeout=timeout,
            tls=_tls(cacert, cert, insecure=insecure)
            if cacert or cert or url.lower().startswith("https:")
            else True,
        )
    except (TargetUnreachable, NoTokenIssued, NotReady) as error:
        click.echo(f"could not be judged: {error}", err=True)
        return UNREACHABLE
    except (
        UnusableTarget,
        NoToken,
        NoSuchRung,
        RungError,
        ProfileError,
        BaselineError,
        SecretRefused,
        UnreadableFindings,
        NothingSelected,
    ) as error:
        raise click.UsageError(str(error)) from error
    for name, value in approached.target.secrets.items():
        keep_out(name, value)
    try:
        ready = preflight(approached.target, approached.profile, approached.rung)
    except NotReady as error:
        approached.target.close()
        click.echo(f"could not be judged: {error}", err=True)
        return UNREACHABLE
    approached = replace(approached, rung=ready.rung)
    for note in (approached.note, *ready.notes):
        if note:
            click.echo(note, err=True)
    plan = Plan(
        profile=approached.profile,
        run=run,
        lane=cast(Lane, lane),
        reading=cast(Reading, reading),
        seed=seed,
        clauses=clauses,
        max_time=max_time,
        safe=safe,
        kept=earlier,
        known=still_good(known or ()),
        engine=engine,
        shard=shard,
        before_curl=told_of_certificates(cacert=cacert, cert=cert, insecure=insecure),
    )
    around = Around(report_url=report_url)
    try:
        checked = run_check(
            approached, plan, folder=out, formats=formats or USUAL, around=around, quiet=quiet
        )
    except OSError as error:
        raise Unwritable(out, error) from error
    if approached.target.lost:
        click.echo(f"could not be judged to the end: {approached.target.lost}", err=True)
    click.echo("written: " + ", ".join(str(path) for path in checked.files))
    if kept_file and checked.findings:
        try:
            keep(kept_file, checked.findings)
        except OSError as error:
            raise Unwritable(kept_file, error) from error
        click.echo(f"kept: {len(checked.findings)} findings in {kept_file}")
    if baseline_out:
        write_baseline(baseline_out, checked.files[0])
    if known is None:
        return checked.exit_code
    return exit_beside(checked.files[0], known, formats=formats or USUAL, around=around)


def _check_selection(lane: str, profile: Profile | None, clauses: tuple[str, ...], *, safe: bool) -> None:
    """Before anything is asked of the target, and before an earlier record is written over."""
    from typing import cast

    import callpark_spec
    from contract_tests.profile import Profile
    from contract_tests.selection import Lane, NothingSelected, lane_cases, selected

    try:
        cases = lane_cases(cast(Lane, lane), (profile or Profile()).world())
        selected(cases, clauses=clauses, safe=safe, known=callpark_spec.load().clauses)
    except NothingSelected as error:
        raise click.UsageError(f"{error} (`callpark explain` lists all clauses)") from error


def _client(client_id: str | None, secret_file: Path | None) -> Client | None:
    from contract_tests.credentials import Client
    from contract_tests.profile import CLIENT_SECRET_VARIABLE, secret_in

    if client_id is None:
        if secret_file is not None:
            raise click.UsageError("--client-secret-file is of no use without --client-id")
        return None
    secret = secret_in(secret_file) if secret_file else os.environ.get(CLIENT_SECRET_VARIABLE, "")
    if not secret:
        raise click.UsageError(
            f"--client-id {client_id} needs its secret: set {CLIENT_SECRET_VARIABLE}, or name a file"
            " with --client-secret-file"
        )
    return Client(id=client_id, secret=secret)


def _content(token_file: Path | None) -> str:
    from contract_tests.profile import secret_in

    return secret_in(token_file) if token_file else ""


def _tls(cacert: Path | None, cert: Path | None, *, insecure: bool) -> ssl.SSLContext:
    import ssl

    try:
        context = ssl.create_default_context(cafile=cacert)
        if cert:
            context.load_cert_chain(cert)
    except (ssl.SSLError, OSError) as error:
        why = getattr(error, "reason", None) or error.strerror or error
        raise click.UsageError(f"{cert or cacert} holds no certificate that can be used: {why}") from error
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _shard(text: str, run: str | None) -> Shard:
    from contract_tests.selection import Shard

    if run is None:
        raise click.UsageError(f"--shard {text} needs --run ID, the same for all shards: report merges by it")
    try:
        return Shard.named(text)
    except ValueError as error:
        raise click.UsageError(f"--shard {error}") from error


def _run_id(text: str) -> str:
    import re

    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", text):
        raise click.UsageError(f"--run {text!r}: up to 40 letters, digits, - and _")
    return text


def _header(text: str) -> tuple[str, str]:
    import re

    name, colon, value = (part.strip() for part in text.partition(":"))
    if not colon or not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise click.UsageError(f"--header {text!r} is not of the form NAME:VALUE")
    if not value.isascii() or not value.isprintable():
        raise click.UsageError(f"--header {text!r}: a value is of printable ASCII characters only")
    return name, value
