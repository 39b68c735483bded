"""One round trip over every config class that there is."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import ValidationError
from pytestqt.qtbot import QtBot

import dacapo_engine
from dacapo_engine.config import Config, TaggedConfig
from dacapo_napari import forms
from dacapo_napari.forms.annotations import field_type, holds_configs
from dacapo_napari.forms.kinds import Kinds

_LEAVES: dict[Any, tuple[Any, ...]] = {
    bool: (False, True),
    int: (1, 0, -3, 2**31, 10**12),
    float: (0.5, 1.0, 0.0, 1e-4, -2.5e-12, 1e300),
    str: ("a", "two words", "001", ""),
    Path: (Path("a.zarr"), Path("/b c/d")),
    dict: ({}, {"var": 1e-4}),
}
_LENGTHS = (3, 2, 1, 0)


def _config_classes() -> list[type[Config]]:
    for module in pkgutil.walk_packages(dacapo_engine.__path__, "dacapo_engine."):
        if module.name.endswith("_config"):
            importlib.import_module(module.name)
    found, waiting = [], [Config]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        found += [cls for cls in below if cls.__module__.startswith("dacapo_engine.")]
    return sorted(set(found) - {TaggedConfig}, key=lambda cls: cls.__qualname__)


def _candidates(field: forms.FieldType) -> tuple[Any, ...]:
    none = (None,) if field.optional else ()
    if holds_configs(field):
        return _config_candidates(field) + none
    if field.origin in (tuple, list):
        return _sequences(field) + none
    if field.origin is Literal:
        return field.args + none
    if isinstance(field.base, type) and issubclass(field.base, Enum):
        return tuple(field.base) + none
    return _LEAVES.get(field.origin, ()) + none


def _config_candidates(field: forms.FieldType) -> tuple[Any, ...]:
    if field.origin in (tuple, list):
        ones = _config_candidates(field.of(field.args[0]))
        return (ones[:1], ones[::-1], ())
    bases = Kinds.of_field(field).classes()
    return tuple(config for cls in bases if (config := _example(cls)) is not None)


def _sequences(field: forms.FieldType) -> tuple[Any, ...]:
    parts = [_candidates(field.of(arg)) for arg in field.args if arg is not Ellipsis]
    if Ellipsis not in field.args and field.origin is tuple:
        return tuple(zip(*parts, strict=False))
    sizes = (216, 64, *parts[0][:4])
    items = sizes if isinstance(parts[0][0], int) else parts[0]
    return tuple((item,) * length for length in _LENGTHS for item in items)


@cache
def _example(cls: type[Config]) -> Config | None:
    """A config whose required fields hold the first values that go together."""
    fields = {name: field_type(info, name) for name, info in cls.model_fields.items()}
    required = {name: field for name, field in fields.items() if field.required}
    if any(_contains_itself(cls, field) for field in required.values()):
        required_values = [_other_kinds(cls, field) for field in required.values()]
    else:
        required_values = [_candidates(field) for field in required.values()]
    for values in itertools.islice(itertools.product(*required_values), 2000):
        try:
            return cls(**dict(zip(required, values, strict=True)))
        except ValidationError:
            continue
    return None


def _contains_itself(cls: type[Config], field: forms.FieldType) -> bool:
    return holds_configs(field) and cls in _kinds(field)


def _kinds(field: forms.FieldType) -> tuple[type[Config], ...]:
    item = field.of(field.args[0]) if field.origin in (tuple, list) else field
    return Kinds.of_field(item).classes()


def _other_kinds(cls: type[Config], field: forms.FieldType) -> tuple[Any, ...]:
    if not _contains_itself(cls, field):
        return _candidates(field)
    simple = [kind for kind in _kinds(field) if not _needs_a_config(kind)]
    ones = tuple(config for kind in simple if (config := _example(kind)) is not None)
    return ((ones[:1]), ()) if field.origin in (tuple, list) else ones


def _needs_a_config(cls: type[Config]) -> bool:
    fields = [field_type(info) for info in cls.model_fields.values()]
    return any(field.required and holds_configs(field) for field in fields)


def _variants(config: Config) -> Iterator[Config]:
    yield config
    for name, info in type(config).model_fields.items():
        field = field_type(info, name)
        candidates = _other_kinds(type(config), field)
        for value in candidates:
            try:
                yield config.replace(**{name: value})
            except ValidationError:
                continue


@pytest.mark.parametrize("cls", _config_classes(), ids=lambda cls: cls.__name__)
def test_round_trip(qtbot: QtBot, cls: type[Config]) -> None:
    editor = forms.editor_for(cls)
    qtbot.addWidget(editor)
    kinds = Kinds(cls).classes()
    for config in filter(None, map(_example, kinds)):
        for variant in _variants(config):
            editor.setValue(variant)
            assert editor.value() == variant


@pytest.mark.parametrize("cls", _config_classes(), ids=lambda cls: cls.__name__)
def test_every_class_has_an_example_and_every_field_says_what_it_is(cls: type[Config]) -> None:
    kinds = Kinds(cls).classes()
    assert not kinds or any(_example(kind) is not None for kind in kinds)
    for name, info in cls.model_fields.items():
        if name != "type":
            assert info.title, f"{cls.__name__}.{name} needs a title"
            assert info.description, f"{cls.__name__}.{name} needs a description"
