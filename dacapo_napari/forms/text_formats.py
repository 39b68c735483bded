"""How numbers and sequences are written in a line of text, and read back exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python

__all__ = ["JSON", "NAMES", "NUMBERS", "ROWS", "SCALAR", "TextFormat", "read_float", "read_int"]


@dataclass(frozen=True)
class TextFormat:
    """A way to write values as text.

    Attributes
    ----------
    show, read
        From value to text and back. `read` never raises: what it cannot understand it hands on
        as text, so that the config says what is wrong with it.
    placeholder
        An example, shown while nothing is entered.
    multiline
        Whether there is one item a line.
    """

    show: Callable[[Any], str]
    read: Callable[[str], Any]
    placeholder: str = ""
    multiline: bool = False


def read_int(text: str) -> int | str:
    """The integer written in `text`, or the text where it is none."""
    try:
        return int(text)
    except ValueError:
        return text


def read_float(text: str) -> float | str:
    """The number written in `text` (``1e-4``, ``0.5``, ``0,5``), or the text where it is none."""
    plain = text.strip()
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return text


def _read_number(text: str) -> int | float | str:
    number = read_int(text)
    return read_float(text) if isinstance(number, str) else number


def _show_json(value: Any) -> str:
    return json.dumps(to_jsonable_python(value), ensure_ascii=False)


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read_json_tuple(text: str) -> Any:
    value = _read_json(text)
    return _tupled(value) if isinstance(value, list) else value


def _tupled(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(_tupled(item) if isinstance(item, list) else item for item in values)


def _show_numbers(values: Iterable[Any]) -> str:
    return " ".join(repr(value) for value in values)


def _read_numbers(text: str) -> Any:
    if text.lstrip().startswith("["):
        return _read_json_tuple(text)
    return tuple(_read_number(part) for part in re.split(r"[\s,;]+", text.strip("() \t")) if part)


def _show_names(values: Iterable[Any]) -> str:
    names = [str(value) for value in values]
    plain = all(name and name == name.strip() and not set(name) & set(',;["') for name in names)
    return ", ".join(names) if plain else _show_json(names)


def _read_names(text: str) -> Any:
    if text.lstrip().startswith("["):
        return _read_json_tuple(text)
    return tuple(part.strip() for part in re.split("[,;]", text) if part.strip())


def _show_rows(values: Iterable[Any]) -> str:
    rows = [tuple(row) for row in values]
    return "\n".join(map(_show_numbers, rows)) if all(rows) else _show_json(rows)


def _read_rows(text: str) -> Any:
    if text.lstrip().startswith("["):
        return _read_json_tuple(text)
    return tuple(_read_numbers(line) for line in re.split("[\n;]", text) if line.strip())


def _show_scalar(value: Any) -> str:
    is_plain = not isinstance(value, (bool, int, float, dict, list, tuple))
    text = str(value)
    return text if is_plain and isinstance(_read_json(text), str) else _show_json(value)


NUMBERS = TextFormat(_show_numbers, _read_numbers, "numbers, such as 1 1 1")
NAMES = TextFormat(_show_names, _read_names, "names, separated by commas")
ROWS = TextFormat(_show_rows, _read_rows, "one a line, such as 1 0 0", multiline=True)
SCALAR = TextFormat(_show_scalar, _read_json)
JSON = TextFormat(_show_json, _read_json_tuple, '{"name": value}')
