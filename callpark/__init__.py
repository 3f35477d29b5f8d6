"""The front door: the commands, the demo. The only part that knows both the mock and the checker."""

from importlib.metadata import version

__version__ = version("callpark")
