"""What a config field holds, read off its annotation and its ``Field`` metadata."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Annotated, Any, TypeGuard, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from dacapo_engine.config import Config, field_unit

__all__ = ["FieldType", "field_type", "holds_configs", "is_config", "is_number", "is_union"]


@dataclass(frozen=True)
class FieldType:
    """A field's annotation taken apart.

    Attributes
    ----------
    base
        The annotation without ``Annotated`` and without ``None``.
    optional
        Whether ``None`` is allowed.
    bounds
        Any of ``ge``, ``gt``, ``le``, ``lt``.
    default
        ``PydanticUndefined`` where the field is required.
    hidden
        Names of config fields that no form below shows.
    """

    base: Any
    optional: bool = False
    bounds: Mapping[str, Any] = field(default_factory=dict)
    default: Any = PydanticUndefined
    title: str = ""
    description: str = ""
    unit: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    @property
    def args(self) -> tuple[Any, ...]:
        """Type arguments of `base`, such as those of a tuple."""
        return get_args(self.base)

    @property
    def origin(self) -> Any:
        """``tuple`` for ``tuple[int, ...]``; the type itself where it takes no arguments."""
        return get_origin(self.base) or self.base

    @property
    def required(self) -> bool:
        """Whether the field has no default."""
        return self.default is PydanticUndefined

    @property
    def advanced(self) -> bool:
        """Whether the short form leaves the field out."""
        return bool(self.extra.get("advanced", False))

    def of(self, annotation: Any) -> FieldType:
        """The type of a part of this field, which inherits unit, bounds and what is hidden."""
        base, optional, bounds = _take_apart(annotation)
        return FieldType(
            base,
            optional,
            {**self.bounds, **bounds},
            unit=self.unit,
            hidden=self.hidden,
        )

    def without_none(self) -> FieldType:
        """The same field when it is set."""
        default = PydanticUndefined if self.default is None else self.default
        return replace(self, optional=False, default=default)


def field_type(info: FieldInfo, name: str = "", hidden: frozenset[str] = frozenset()) -> FieldType:
    """Take a pydantic field apart; `name` serves as title where the field has none."""
    base, optional, bounds = _take_apart(info.annotation)
    extra = info.json_schema_extra
    return FieldType(
        base=base,
        optional=optional,
        bounds={**bounds, **_bounds(info.metadata)},
        default=info.get_default(call_default_factory=True),
        title=info.title or name.replace("_", " ").capitalize(),
        description=info.description or "",
        unit=field_unit(info),
        extra=extra if isinstance(extra, dict) else {},
        hidden=hidden,
    )


def is_union(annotation: Any) -> bool:
    """Whether an annotation is ``A | B``."""
    return get_origin(annotation) in (Union, types.UnionType)


def is_config(annotation: Any) -> TypeGuard[type[Config]]:
    """Whether an annotation is a config class."""
    return isinstance(annotation, type) and issubclass(annotation, Config)


def holds_configs(field: FieldType) -> bool:
    """Whether a field is a config, one of several kinds of configs, or a sequence of them."""
    if is_config(field.base):
        return True
    parts = field.args if is_union(field.base) or field.origin in (tuple, list) else ()
    return any(holds_configs(field.of(part)) for part in parts)


def is_number(annotation: Any) -> bool:
    """Whether an annotation is ``int`` or ``float``."""
    return annotation is int or annotation is float


def _take_apart(annotation: Any) -> tuple[Any, bool, dict[str, Any]]:
    base, metadata = _peel(annotation)
    optional = False
    if is_union(base):
        kept = tuple(arg for arg in get_args(base) if arg is not types.NoneType)
        optional = len(kept) < len(get_args(base))
        base, more = _peel(kept[0]) if len(kept) == 1 else (reduce(or_, kept), ())
        metadata = (*metadata, *more)
    return base, optional, _bounds(metadata)


def _peel(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(annotation) is Annotated:
        return annotation.__origin__, annotation.__metadata__
    return annotation, ()


def _bounds(metadata: Any) -> dict[str, Any]:
    found = {}
    for constraint in metadata:
        for key in ("ge", "gt", "le", "lt"):
            if (bound := getattr(constraint, key, None)) is not None:
                found[key] = bound
    return found
