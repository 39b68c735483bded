"""What a field says about itself when the mouse rests on it."""

from __future__ import annotations

from enum import Enum
from typing import Any

from dacapo_napari.forms.annotations import FieldType, is_config

__all__ = ["help_text", "short_text"]

_BOUND_WORDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def help_text(field: FieldType) -> str:
    """Description, bounds and default of a field, a line each."""
    bounds = ", ".join(
        f"{words} {field.bounds[key]}" for key, words in _BOUND_WORDS.items() if key in field.bounds
    )
    lines = [field.description, bounds.capitalize() + "." if bounds else "", _default(field)]
    return "\n".join(line for line in lines if line)


def short_text(value: Any) -> str:
    """A value in a few words, for summaries."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (tuple, list)):
        inner = [short_text(item) for item in value]
        return ("; " if any(isinstance(i, (tuple, list)) for i in value) else " ").join(inner)
    return str(value)


def _default(field: FieldType) -> str:
    if field.required or is_config(type(field.default)) or field.default in ("", (), {}):
        return ""
    return f"Default: {short_text(field.default)}."
