"""The kinds of configs that a field may hold, in words."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, TypeAdapter

from dacapo_engine.config import Config, TaggedConfig
from dacapo_engine.errors import ConfigError
from dacapo_napari.forms.annotations import FieldType, is_config, is_union

__all__ = ["Kinds", "kind_sentence", "kind_tag", "kind_title"]


class Kinds:
    """Classes among which a variant or a list chooses.

    Parameters
    ----------
    bases
        Config classes, or bases of families, which stand for all their members.
    """

    def __init__(self, *bases: type[Config]) -> None:
        self._bases = bases

    @classmethod
    def of_field(cls, field: FieldType) -> Kinds:
        """The kinds that a field names by a class, a family, or a union of them."""
        bases = field.args if is_union(field.base) else (field.base,)
        return cls(*(field.of(base).base for base in bases))

    @property
    def is_open(self) -> bool:
        """Whether there is anything to choose."""
        return len(self._bases) != 1 or _is_family(self._bases[0])

    def classes(self) -> tuple[type[Config], ...]:
        """All kinds, families unfolded."""
        return tuple(member for base in self._bases for member in _members(base))

    def offered(self) -> tuple[type[Config], ...]:
        """The kinds that a person may choose."""
        return tuple(cls for cls in self.classes() if not cls.for_tests)

    def build(self, data: Any) -> Any:
        """A validated config from plain data with its ``type``; configs pass through."""
        if isinstance(data, Config):
            return data
        if not isinstance(data, Mapping) or not data:
            raise ConfigError("Choose one.")
        classes = self.classes()
        tag = data.get("type", kind_tag(classes[0]))
        for cls in classes:
            if kind_tag(cls) == tag:
                return cls.model_validate(dict(data))
        raise ConfigError(f"There is no kind {tag!r} here.")

    @cached_property
    def one(self) -> TypeAdapter[Any]:
        """Validates one config and keeps the paths of its errors."""
        return TypeAdapter(Annotated[Any, AfterValidator(self.build)])

    @cached_property
    def several(self) -> TypeAdapter[tuple[Any, ...]]:
        """Validates a sequence of configs and keeps the paths of its errors."""
        return TypeAdapter(tuple[Annotated[Any, AfterValidator(self.build)], ...])


def kind_tag(cls: type[Config]) -> str:
    """The tag of a config class; its name in lower case where it has none."""
    field = cls.model_fields.get("type")
    tags = get_args(field.annotation) if field else ()
    return str(tags[0]) if tags else cls.__name__.lower()


def kind_title(cls: type[Config]) -> str:
    """The name of a kind: ``title`` in its own model_config, else its tag in words."""
    title = cls.model_config.get("title")
    inherited = {base.model_config.get("title") for base in cls.__bases__ if is_config(base)}
    if title and title not in inherited:
        return str(title)
    words = kind_tag(cls).replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def kind_sentence(cls: type[Config]) -> str:
    """The first line of a class's own docstring."""
    return inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0].replace("\n", " ")


def _is_family(cls: type[Config]) -> bool:
    field = cls.model_fields.get("type")
    return issubclass(cls, TaggedConfig) and not (field and get_args(field.annotation))


def _members(base: type[Config]) -> tuple[type[Config], ...]:
    if not (issubclass(base, TaggedConfig) and _is_family(base)):
        return (base,)
    return tuple(cls for cls in base.registry.classes() if issubclass(cls, base))
