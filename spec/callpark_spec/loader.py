"""Files in, catalogue out; what breaks a rule is refused with file, line and key."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from callpark_spec.catalogue import AREAS, Catalogue, Clause, ErrorCode, Level, Quote, Reading
from callpark_spec.errors import nearest
from callpark_spec.location import data_root
from callpark_spec.page import Page, read_page
from callpark_spec.yaml_source import Entry, read_entries, read_entry

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@lru_cache(maxsize=1)
def load() -> Catalogue:
    """The catalogue of this installation, read once."""
    return load_from(data_root())


def load_from(root: Path) -> Catalogue:
    """The catalogue in a folder that is laid out like spec/."""
    page = read_page(root)
    taken: dict[str, Entry] = {}
    codes = {entry.key: _code(entry, page, taken) for entry in read_entries(root, "codes.yaml")}
    readings = {entry.key: _reading(entry, page, taken) for entry in read_entries(root, "readings.yaml")}
    _refuse_unknown_areas(root)
    clauses: dict[str, Clause] = {}
    for area in AREAS:
        for entry in read_entries(root, f"clauses/{area}.yaml"):
            clause = _clause(entry, area, page, taken)
            _refuse_dangling(entry, "readings", clause.readings, readings)
            _refuse_dangling(entry, "codes", clause.codes, codes)
            clauses[clause.id] = clause
    return Catalogue(
        clauses=MappingProxyType(clauses),
        readings=MappingProxyType(readings),
        codes=MappingProxyType(codes),
        page=page,
    )


def _clause(entry: Entry, area: str, page: Page, taken: dict[str, Entry]) -> Clause:
    _take_id(entry, taken)
    prefix, *rest = entry.key.split("/")
    if prefix != area:
        raise entry.error(None, f"the id does not start with the area of its file, `{area}/`")
    if not rest or not all(SLUG.fullmatch(part) for part in rest):
        raise entry.error(None, "the id is no slug", "words of a-z and 0-9, joined by - and parted by /")
    optional = ("quote", "line", "source", "codes", "readings", "not_tested", "no_defect")
    entry.only(required=("level", "text"), optional=optional)
    level = _level(entry)
    _check_grounds(entry, level, page)
    _check_reasons(entry, level)
    return Clause(
        id=entry.key,
        area=area,
        level=level,
        text=entry.text("text"),
        quote=entry.optional_text("quote"),
        line=entry.optional_number("line"),
        source=entry.optional_text("source"),
        codes=entry.texts("codes"),
        readings=entry.texts("readings"),
        not_tested=entry.optional_text("not_tested"),
        no_defect=entry.optional_text("no_defect"),
    )


def _level(entry: Entry) -> Level:
    word = entry.text("level")
    if word not in list(Level):
        raise entry.error("level", f"`{word}` is no level", f"one of {', '.join(Level)}")
    return Level(word)


def _check_grounds(entry: Entry, level: Level, page: Page) -> None:
    """What the page says needs its words; what it does not say needs another source."""
    if level.quotes_page:
        for name in ("quote", "line"):
            if name not in entry.fields:
                raise entry.error(None, f"a clause of level {level} needs the key `{name}`")
    elif "source" not in entry.fields:
        raise entry.error(None, f"a clause of level {level} needs the key `source`")
    if "quote" in entry.fields or "line" in entry.fields:
        _quote(entry, "quote", page)


def _check_reasons(entry: Entry, level: Level) -> None:
    """A silent clause is never broken, and what is not tested has no defect either: no further reason is due."""
    for name in ("not_tested", "no_defect"):
        if name in entry.fields and level is Level.SILENT:
            raise entry.error(name, f"a clause of level {level} is observed only and needs no reason")
    if "not_tested" in entry.fields and "no_defect" in entry.fields:
        raise entry.error("no_defect", "`not_tested` is reason enough")


def _quote(entry: Entry, name: str, page: Page) -> Quote:
    for needed, other in ((name, "line"), ("line", name)):
        if needed not in entry.fields:
            raise entry.error(other, f"`{other}` without `{needed}`")
    text, line = entry.text(name), entry.number("line")
    if not page.has_quote(text, line):
        elsewhere = page.line_of_quote(text)
        hint = f"it starts on line {elsewhere}" if elsewhere else "it stands nowhere on the page"
        raise entry.error(name, f"the page does not have this quote on line {line}", hint)
    return Quote(text=text, line=line)


def _reading(entry: Entry, page: Page, taken: dict[str, Entry]) -> Reading:
    _take_id(entry, taken)
    if not SLUG.fullmatch(entry.key):
        raise entry.error(None, "the id is no slug", "words of a-z and 0-9, joined by -")
    required = ("title", "question", "table", "document", "mock", "source")
    entry.only(required=required, optional=("page_says", "observed", "variants", "general"))
    said = entry.entries("page_says")
    for each in said:
        each.only(required=("quote", "line"))
    return Reading(
        id=entry.key,
        title=entry.text("title"),
        question=entry.text("question"),
        page_says=tuple(_quote(each, "quote", page) for each in said),
        table=entry.text("table"),
        document=entry.text("document"),
        observed=entry.optional_text("observed"),
        mock=entry.text("mock"),
        variants=entry.texts("variants"),
        source=entry.text("source"),
        general="general" in entry.fields and entry.flag("general"),
    )


def _code(entry: Entry, page: Page, taken: dict[str, Entry]) -> ErrorCode:
    _take_id(entry, taken)
    if not CODE.fullmatch(entry.key):
        raise entry.error(None, "the code is no word of a-z and 0-9, joined by _")
    entry.only(required=("statuses", "meaning", "source"), optional=("documented", "invented"))
    statuses = entry.numbers("statuses")
    if not statuses or not all(400 <= status <= 599 for status in statuses):
        raise entry.error("statuses", "an error code needs one or more statuses from 400 to 599")
    documented = "documented" in entry.fields and entry.flag("documented")
    if documented != (entry.key in page.text):
        says = "does not stand on the page" if documented else "stands on the page"
        raise entry.error("documented" if documented else None, f"the code {says}")
    invented = "invented" in entry.fields and entry.flag("invented")
    if documented and invented:
        raise entry.error("invented", "a code cannot be both documented and invented")
    return ErrorCode(
        code=entry.key,
        statuses=statuses,
        meaning=entry.text("meaning"),
        source=entry.text("source"),
        documented=documented,
        invented=invented,
    )


def _take_id(entry: Entry, taken: dict[str, Entry]) -> None:
    """Ids are one space: `explain ID` must never have to ask which of two things is meant."""
    first = taken.setdefault(entry.key, entry)
    if first is not entry:
        raise entry.error(None, f"the id is taken already, in {first.file} on line {first.line}")


def _refuse_dangling(entry: Entry, field: str, names: tuple[str, ...], known: Mapping[str, object]) -> None:
    for name in names:
        if name not in known:
            like = nearest(name, known)
            hint = f"did you mean `{like}`?" if like else ""
            raise entry.error(field, f"`{name}` is not in {field}.yaml", hint)


def _refuse_unknown_areas(root: Path) -> None:
    for path in sorted((root / "clauses").glob("*.yaml")):
        if path.stem not in AREAS:
            stray = read_entry(root, f"clauses/{path.name}")
            raise stray.error(None, f"`{path.stem}` is no area", f"one of {', '.join(AREAS)}")
