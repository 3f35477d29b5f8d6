"""`callpark mock`."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from callpark.greeting import greeting
from callpark.mock_certificate import tls_of
from callpark.mock_workers import check_workers

if TYPE_CHECKING:
    from mockserver.app import Mock
    from mockserver.connection.certificates import Tls
    from mockserver.defect import Defect
    from mockserver.serving.server import Beside
    from mockserver.settings import Settings


@click.command("mock", context_settings={"allow_interspersed_args": False})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free port."
)
@click.option(
    "--scenario", default="documented", show_default=True, help="A scenario's name, or a YAML file."
)
@click.option("--clock", default="real", show_default=True, help="real, manual, or a speed such as x60.")
@click.option("--watch", is_flag=True, help="Read the scenario's file again when it changes.")
@click.option(
    "--start",
    metavar="MOMENT",
    help="When sessions begin, such as 2026-01-31T09:00:00Z or now; a manual clock begins with the page's example.",
)
@click.option("--seed", default=0, show_default=True, help="Decides the ids of calls.")
@click.option(
    "--strict-sessions", is_flag=True, help="Refuse sessions that were not made through /_mock/sessions."
)
@click.option(
    "--session-limit",
    default=1000,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="More sessions than that, and the longest idle is forgotten.",
)
@click.option(
    "--session-max-idle",
    default=86400,
    show_default=True,
    type=click.IntRange(1, 10**9),
    metavar="SECONDS",
    help="A session that nobody uses for so long is forgotten.",
)
@click.option(
    "--memory-limit",
    default=256,
    show_default=True,
    type=click.IntRange(16, 1_000_000),
    metavar="MIB",
    help="More than that in all sessions, and the one that keeps most loses the oldest of its journal, or ends.",
)
@click.option(
    "--store",
    default="memory",
    show_default=True,
    metavar="STORE",
    help="Where sessions are kept: memory, which ends with the mock, a file such as world.db, or redis://HOST:PORT.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="So many processes serve one world, which is on a Redis server.",
)
@click.option(
    "--delay",
    metavar="MS",
    help="Milliseconds before every answer: 200, uniform:100,300 or lognormal:200,0.4 (median, sigma).",
)
@click.option("--defect", help="Serve with a named wrong behaviour.")
@click.option(
    "--variant", "variants", multiple=True, help="Serve with a named conforming behaviour; repeatable."
)
@click.option("--cors", "cors_origins", multiple=True, metavar="ORIGIN", help="A further origin to allow.")
@click.option("--no-cors", is_flag=True, help="Answer no origin.")
@click.option("--control-token", help="Token for /_mock; made up and printed if not on loopback.")
@click.option(
    "--token-lifetime",
    default=3600,
    show_default=True,
    type=click.IntRange(1, 10**9),
    metavar="SECONDS",
    help="How long the tokens of /oauth/token.php are good for.",
)
@click.option(
    "--header-timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="How long a connection may take until the headers of a request are there.",
)
@click.option(
    "--body-timeout",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="How long a payload may take after its headers, and a client until it reads its answer.",
)
@click.option(
    "--max-connections",
    default=10_000,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="More than that, and the one that has idled longest is closed; fewer where the system allows fewer.",
)
@click.option(
    "--tls", "makes_certificate", is_flag=True, help="Serve https, with a certificate made for this run."
)
@click.option(
    "--ca-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --tls: where to write what clients have to trust; a temporary file otherwise.",
)
@click.option(
    "--certfile",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Serve https, with this certificate.",
)
@click.option(
    "--keyfile",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The key of --certfile, where it is not in the same file.",
)
@click.option(
    "--no-fast-path",
    is_flag=True,
    help="Send every request the whole way through connexion; answers are the same.",
)
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file to write the address to once requests are answered; it goes when the mock does.",
)
@click.pass_context
def command(
    context: click.Context,
    words: tuple[str, ...],
    host: str,
    port: int,
    scenario: str,
    clock: str,
    watch: bool,
    start: str | None,
    seed: int,
    strict_sessions: bool,
    session_limit: int,
    session_max_idle: int,
    memory_limit: int,
    store: str,
    workers: int,
    delay: str | None,
    defect: str | None,
    variants: tuple[str, ...],
    cors_origins: tuple[str, ...],
    no_cors: bool,
    control_token: str | None,
    token_lifetime: int,
    header_timeout: float,
    body_timeout: float,
    max_connections: int,
    makes_certificate: bool,
    ca_file: Path | None,
    certfile: Path | None,
    keyfile: Path | None,
    no_fast_path: bool,
    ready_file: Path | None,
) -> int:
    """Serve the mock until Ctrl-C, with the documented call in the parking lot.

    With a COMMAND it is served while that runs, on a free port unless --port says which: callpark mock -- npm test.
    The command finds CALLPARK_URL, CALLPARK_TOKEN, CALLPARK_OTHER_TOKEN and CALLPARK_EXPIRED_TOKEN in its
    environment, and with --tls CALLPARK_CACERT; its exit status is ours.
    """
    from callpark.ready_file import ready_file as appearing
    from mockserver.app import build
    from mockserver.connection.client_limits import ClientLimits
    from mockserver.sessions.sessions import MIB
    from mockserver.settings import LOOPBACK, Settings
    from mockserver.store.seam import StoreUnavailableError
    from mockserver.wire_faults.fault import delay_named

    if host not in LOOPBACK and control_token is None:
        control_token = token_urlsafe(16)
    try:
        settings = Settings(
            scenario=scenario,
            clock=clock,
            start=_moment(start),
            seed=seed,
            strict_sessions=strict_sessions,
            session_limit=session_limit,
            session_max_idle=session_max_idle,
            most_bytes=memory_limit * MIB,
            store=store,
            variants=variants,
            delay=delay_named(delay) if delay else None,
            defect=_defect(defect) if defect else None,
            cors=not no_cors,
            cors_origins=cors_origins,
            host=host,
            control_token=control_token,
            token_lifetime=token_lifetime,
            fast_path=not no_fast_path,
            limits=ClientLimits(
                header_timeout=header_timeout, body_timeout=body_timeout, max_connections=max_connections
            ),
        )
        check_workers(workers, store, watch)
        app = build(settings)
        beside = _watching(app, scenario) if watch else None
    except (ValueError, LookupError) as error:
        raise click.UsageError(str(error)) from error
    if words and context.get_parameter_source("port") is ParameterSource.DEFAULT:
        port = 0
    with ExitStack() as stack:
        stack.callback(app.close)
        try:
            tls = tls_of(stack, host, makes_certificate, ca_file, certfile, keyfile)
            announce = stack.enter_context(appearing(ready_file)) if ready_file else None
        except OSError as error:
            raise click.UsageError(f"{error.filename}: {error.strerror}") from error

        ready = announce or (lambda _url: None)
        try:
            if workers > 1:
                serving = partial(_with_workers, partial(_in_worker, settings), app, workers)
                return serving(words, host, port, tls, control_token, ready)
            if words:
                return _beside(app, words, host, port, tls, control_token, ready, beside)
            return _alone(app, host, port, tls, control_token, ready, beside)
        except StoreUnavailableError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            is_taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
            hint = "; --port 0 takes a free port" if is_taken else ""
            raise click.ClickException(f"{error.strerror or error}{hint}") from error


def _in_worker(settings: Settings) -> Mock:
    from callpark.ending import ended_at_once
    from mockserver.app import build

    ended_at_once()
    return build(settings)


def _moment(text: str | None) -> float | None:
    from mockserver.clock import moment_named, system_time

    if text is None:
        return None
    return system_time() if text == "now" else moment_named(text)


def _defect(slug: str) -> Defect:
    """Raise UnknownDefectError."""
    from mockserver import defects

    return defects.defect(slug)


def _watching(app: Mock, scenario: str) -> Beside:
    """Raise UsageError for a scenario that is no file: what comes with the kit does not change."""
    from mockserver.sessions.watching import WatchedScenario

    watched = WatchedScenario(scenario, use=app.use, say=lambda line: click.echo(line, err=True))
    if not watched.files:
        raise click.UsageError(f"--watch needs a scenario in a file; {scenario} comes with callpark")
    return watched.keep_looking


def _alone(
    app: Mock,
    host: str,
    port: int,
    tls: Tls | None,
    control_token: str | None,
    ready: Callable[[str], None],
    beside: Beside | None,
) -> int:
    from mockserver.serving.server import serve

    greet = _greeter(app, tls, control_token, ready)
    serve(app, host, port, greet, tls=tls.context if tls else None, beside=beside)
    return 0


def _greeter(
    app: Mock, tls: Tls | None, control_token: str | None, ready: Callable[[str], None]
) -> Callable[[str], None]:
    from mockserver.store.opening import MEMORY
    from mockserver.store.seam import without_secret

    kept = len(app.sessions)
    store = None if app.store_name == MEMORY else without_secret(app.store_name)
    parked = app.sessions.open("default").parked_calls()
    ca_file = tls.ca_file if tls else None

    def greet(url: str) -> None:
        lines = greeting(
            url, parked=parked, control_token=control_token, ca_file=ca_file, store=store, kept=kept
        )
        click.echo("\n".join(lines))
        ready(url)

    return greet


def _with_workers(
    make: Callable[[], Mock],
    app: Mock,
    count: int,
    words: tuple[str, ...],
    host: str,
    port: int,
    tls: Tls | None,
    control_token: str | None,
    ready: Callable[[str], None],
) -> int:
    from callpark.companion import CannotStart, environment, run_beside
    from mockserver.serving.workers import WorkersError, working

    greet = _greeter(app, tls, control_token, ready)
    app.close()
    try:
        with working(
            make,
            count,
            host,
            port,
            tls=tls.context if tls else None,
            say=lambda line: click.echo(line, err=True),
        ) as workers:
            if not words:
                workers.run(greet)
                return 0
            ready(workers.url)
            click.echo(f"callpark mock: {workers.url}/uapi", err=True)
            found = environment(
                workers.url, control_token=control_token, ca_file=tls.ca_file if tls else None
            )
            return run_beside(words, found, meanwhile=workers.look_after)
    except CannotStart as error:
        click.echo(str(error), err=True)
        return error.status
    except WorkersError as error:
        raise click.ClickException(str(error)) from error


def _beside(
    app: Mock,
    words: tuple[str, ...],
    host: str,
    port: int,
    tls: Tls | None,
    control_token: str | None,
    ready: Callable[[str], None],
    beside: Beside | None,
) -> int:
    from callpark.companion import CannotStart, environment, run_beside
    from mockserver.serving.server import running

    with running(app, host, port, tls=tls.context if tls else None, beside=beside) as url:
        ready(url)
        click.echo(f"callpark mock: {url}/uapi", err=True)
        try:
            found = environment(url, control_token=control_token, ca_file=tls.ca_file if tls else None)
            return run_beside(words, found)
        except CannotStart as error:
            click.echo(str(error), err=True)
            return error.status
