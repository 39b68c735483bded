"""Which editor a field or a config gets."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from qtpy.QtWidgets import QWidget

from dacapo_engine.config import Config
from dacapo_napari.forms.annotations import (
    FieldType,
    field_type,
    holds_configs,
    is_number,
    is_union,
)
from dacapo_napari.forms.choice_editors import BoolEditor, ChoiceEditor
from dacapo_napari.forms.editor import Editor
from dacapo_napari.forms.field_help import help_text
from dacapo_napari.forms.group_editor import GroupEditor
from dacapo_napari.forms.kinds import Kinds
from dacapo_napari.forms.list_editor import ListEditor
from dacapo_napari.forms.number_editors import FloatEditor, IntEditor
from dacapo_napari.forms.optional_editor import OptionalEditor
from dacapo_napari.forms.parts_editor import PartsEditor
from dacapo_napari.forms.text_editors import FormatEditor, PathEditor, TextEditor
from dacapo_napari.forms.text_formats import JSON, NAMES, NUMBERS, ROWS, SCALAR, TextFormat
from dacapo_napari.forms.variant_editor import VariantEditor

__all__ = ["editor_for", "field_editor", "make_editor"]

_LONGEST_ROW_OF_PARTS = 4


def editor_for(
    config: Config | type[Config],
    parent: QWidget | None = None,
    *,
    hidden: Collection[str] = (),
    prefix: str = "",
) -> Editor:
    """An editor of a config class, of a family, or of a config, which it then shows.

    Parameters
    ----------
    config
        A class gives a form with its defaults; the base of a family a choice among its members,
        with the first chosen that needs no value; a config a form that shows it.
    hidden
        Names of fields that are not shown, in the configs below neither.
    prefix
        What the object names of the widgets inside begin with.
    """
    is_class = isinstance(config, type)
    cls = config if isinstance(config, type) else type(config)
    editor = make_editor(FieldType(cls, hidden=frozenset(hidden)), parent)
    if prefix:
        editor.setPrefix(prefix)
    if not is_class:
        editor.setValue(config)
    elif isinstance(editor, VariantEditor):
        _choose_first(editor, cls)
    return editor


def field_editor(
    info: FieldInfo,
    parent: QWidget | None = None,
    *,
    name: str = "",
    hidden: Collection[str] = (),
) -> Editor:
    """The editor of one field, showing its default.

    `name` serves as title where the field has none, and as the object name of the control.
    """
    field = field_type(info, name, frozenset(hidden))
    editor = make_editor(field, parent)
    editor.setToolTip(help_text(field))
    if not holds_configs(field):
        annotation: Any = info.annotation
        editor.setRule(TypeAdapter(Annotated[annotation, info]))
    if name:
        editor.setPrefix(name)
    if not field.required:
        editor.setValue(field.default)
    return editor


def make_editor(field: FieldType, parent: QWidget | None = None) -> Editor:
    """The editor that fits a field; text in JSON where none of the others does."""
    if field.optional:
        return OptionalEditor(field, make_editor, parent)
    if holds_configs(field):
        return _config_editor(field, parent)
    for fits, editor_class in _LEAVES:
        if fits(field):
            return editor_class(field, parent)
    return FormatEditor(field, _text_format(field), parent)


def _config_editor(field: FieldType, parent: QWidget | None) -> Editor:
    if field.origin in (tuple, list):
        return ListEditor(field, make_editor, parent)
    if Kinds.of_field(field).is_open:
        return VariantEditor(field, make_editor, parent)
    return GroupEditor(field.base, make_editor, parent, field.hidden)


def _choose_first(editor: VariantEditor, family: type[Config]) -> None:
    for cls in Kinds(family).offered():
        try:
            editor.setValue(cls())
        except ValidationError:
            continue
        return


def _is_parts(field: FieldType) -> bool:
    parts = field.args
    fixed = field.origin is tuple and Ellipsis not in parts
    short = 0 < len(parts) <= _LONGEST_ROW_OF_PARTS
    return fixed and short and all(is_number(part) or part is str for part in parts)


def _is_choice(field: FieldType) -> bool:
    is_enum = isinstance(field.base, type) and issubclass(field.base, Enum)
    return is_enum or field.origin is Literal


_LEAVES: tuple[tuple[Callable[[FieldType], bool], Any], ...] = (
    (lambda field: field.base is bool, BoolEditor),
    (lambda field: field.base is int, IntEditor),
    (lambda field: field.base is float, FloatEditor),
    (lambda field: field.base is str, TextEditor),
    (lambda field: field.base is Path, PathEditor),
    (_is_choice, ChoiceEditor),
    (_is_parts, PartsEditor),
)


def _text_format(field: FieldType) -> TextFormat:
    if is_union(field.base):
        return SCALAR
    if field.origin not in (tuple, list) or not field.args:
        return JSON
    items = [field.of(part) for part in field.args if part is not Ellipsis]
    if all(is_number(item.base) for item in items):
        return NUMBERS
    if all(item.base is str or item.origin is Literal for item in items):
        return NAMES
    return ROWS if all(_is_numbers(item) for item in items) else JSON


def _is_numbers(field: FieldType) -> bool:
    parts = [part for part in field.args if part is not Ellipsis]
    return field.origin in (tuple, list) and bool(parts) and all(map(is_number, parts))
