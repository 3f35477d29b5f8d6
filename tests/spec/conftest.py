"""A copy of the data to break: one thing at a time."""

import shutil
from pathlib import Path

import pytest

from callpark_spec import CatalogueError, load_from
from callpark_spec.location import data_root


class BrokenCopy:
    """The shipped data in a folder of their own, with one thing changed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}: the test would break nothing"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def append(self, file: str, text: str) -> None:
        path = self.root / file
        path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + text, encoding="utf-8")

    def line_of(self, file: str, text: str) -> int:
        lines = (self.root / file).read_text(encoding="utf-8").split("\n")
        return next(number for number, line in enumerate(lines, start=1) if text in line)

    def refusal(self) -> CatalogueError:
        with pytest.raises(CatalogueError) as caught:
            load_from(self.root)
        return caught.value

    def refuses_addition(self, file: str, addition: str, key: str, reason: str) -> None:
        """Adds to the end of the file; the refusal must point at the key, and at the line marked `# here`."""
        self.append(file, addition)
        refused = self.refusal()
        assert (refused.file, refused.key) == (file, key)
        assert refused.line == self.line_of(file, "# here")
        assert reason in str(refused)
        assert str(refused).startswith(f"{file}:{refused.line}: {key}: ")
        assert "\n" not in str(refused)


@pytest.fixture
def broken(tmp_path: Path) -> BrokenCopy:
    source = data_root()
    for folder in ("clauses", "page"):
        shutil.copytree(source / folder, tmp_path / folder)
    for file in ("readings.yaml", "codes.yaml", "openapi.yaml"):
        shutil.copy(source / file, tmp_path / file)
    return BrokenCopy(tmp_path)
