"""The front door: the commands, the demo. The only part that knows both the mock and the checker."""


def __getattr__(name: str) -> str:
    """`__version__`, looked up when somebody asks: finding it takes longer than all that --help needs."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("callpark")
