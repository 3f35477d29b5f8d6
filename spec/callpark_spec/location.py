"""Where the data files are: in a wheel inside this package, in the repository in the folder above it."""

from pathlib import Path


def data_root() -> Path:
    package = Path(__file__).resolve().parent
    return package if (package / "openapi.yaml").is_file() else package.parent
