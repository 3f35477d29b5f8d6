"""`callpark mock`."""

from __future__ import annotations

from functools import partial

import click

from callpark.greeting import greeting


@click.command("mock")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free port."
)
@click.option(
    "--scenario", default="documented", show_default=True, help="A scenario's name, or a YAML file."
)
@click.option("--clock", default="real", show_default=True, help="real, manual, or a speed such as x60.")
@click.option("--seed", default=0, show_default=True, help="Decides the ids of calls.")
@click.option("--defect", help="Serve with a named wrong behaviour.")
@click.option(
    "--variant", "variants", multiple=True, help="Serve with a named conforming behaviour; repeatable."
)
@click.option("--cors", "cors_origins", multiple=True, metavar="ORIGIN", help="A further origin to allow.")
@click.option("--no-cors", is_flag=True, help="Answer no origin.")
@click.option("--control-token", help="Token for /_mock; needed when not on loopback.")
def command(
    host: str,
    port: int,
    scenario: str,
    clock: str,
    seed: int,
    defect: str | None,
    variants: tuple[str, ...],
    cors_origins: tuple[str, ...],
    no_cors: bool,
    control_token: str | None,
) -> int:
    """Serve the mock until Ctrl-C, with the documented call in the parking lot."""
    from mockserver import defects
    from mockserver.app import build
    from mockserver.serving import serve
    from mockserver.settings import Settings
    from mockserver.variants import policy_with

    try:
        settings = Settings(
            scenario=scenario,
            clock=clock,
            seed=seed,
            policy=policy_with(variants),
            defect=defects.defect(defect) if defect else None,
            cors=not no_cors,
            cors_origins=cors_origins,
            host=host,
            control_token=control_token,
        )
        app = build(settings)
    except (ValueError, LookupError) as error:
        raise click.UsageError(str(error)) from error
    session = app.sessions.open("default")
    parked = session.parked_calls()
    greet = partial(greeting, parked=parked, control_token=control_token)
    try:
        serve(app, host, port, lambda url: click.echo("\n".join(greet(url))))
    except OSError as error:
        raise click.ClickException(f"{error.strerror}; --port 0 takes a free port") from error
    return 0
