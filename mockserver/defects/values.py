"""Questions about one value of a payload; a member that is missing counts as `...`."""

from typing import Any


def is_missing(value: Any) -> bool:
    return value is ...


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_digits(value: Any) -> bool:
    return isinstance(value, str) and value.isdigit()


def is_zero(value: Any) -> bool:
    return _as_float(value) == 0


def is_negative(value: Any) -> bool:
    found = _as_float(value)
    return found is not None and found < 0


def is_zero_or_less(value: Any) -> bool:
    return is_zero(value) or is_negative(value)


def is_not_numeric(value: Any) -> bool:
    return not is_missing(value) and _as_float(value) is None


def has_no_brackets(value: Any) -> bool:
    return isinstance(value, str) and not ("<" in value and ">" in value)


def has_empty_brackets(value: Any) -> bool:
    return isinstance(value, str) and "<>" in value


def has_letters_in_brackets(value: Any) -> bool:
    return isinstance(value, str) and any(each.isalpha() for each in value.partition("<")[2])


def has_plus(value: Any) -> bool:
    return isinstance(value, str) and "<+" in value


def has_star(value: Any) -> bool:
    return isinstance(value, str) and "*" in value.partition("<")[2]


def is_given_and_no_text(value: Any) -> bool:
    return not is_missing(value) and not isinstance(value, str)


def is_beyond_ascii(value: Any) -> bool:
    return isinstance(value, str) and not value.isascii()


def _as_float(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
