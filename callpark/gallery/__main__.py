"""`python -m callpark.gallery FOLDER [PORT]`: judges the exhibits and writes the gallery, what `make reports` does."""

from __future__ import annotations

import sys
from pathlib import Path

from callpark.gallery.exhibits import EXHIBITS
from callpark.gallery.files import write_pages_of
from callpark.gallery.showing import shown
from callpark.output import RECORD

PORT = 28080
"""It stands in the records, so it is the same on every machine."""


def main(folder: Path, port: int) -> None:
    for exhibit in EXHIBITS:
        place = folder / exhibit.slug
        place.mkdir(parents=True, exist_ok=True)
        try:
            record = shown(exhibit, port)
        except OSError as error:
            sys.exit(f"Error: {error.strerror or error}; end what listens there, and run it again")
        (place / RECORD).write_bytes(record)
    write_pages_of(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else PORT)
