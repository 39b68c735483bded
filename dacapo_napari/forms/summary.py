"""A config in one line: what differs from the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dacapo_engine.config import Config
from dacapo_napari.forms.annotations import FieldType, field_type
from dacapo_napari.forms.field_help import short_text

__all__ = ["summary"]


def summary(config_class: type[Config], data: Mapping[str, Any]) -> str:
    """Title, value and unit of each field that is not at its default, ``defaults`` if all are."""
    fields = {
        name: field_type(info, name)
        for name, info in config_class.model_fields.items()
        if name != "type" and name in data
    }
    changed = [
        _words(field, data[name])
        for name, field in fields.items()
        if field.required or data[name] != _plain(field.default)
    ]
    return ", ".join(changed) or "defaults"


def _plain(default: Any) -> Any:
    return tuple(default) if isinstance(default, list) else default


def _words(field: FieldType, value: Any) -> str:
    if isinstance(value, Mapping):
        shown = str(value.get("type", "set")) if value else "none"
    else:
        shown = short_text(value)
    return " ".join(part for part in (field.title.lower(), shown, field.unit) if part)
