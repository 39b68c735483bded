"""The base of every config: frozen, strict, tagged, and a source of forms, files and docs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from dacapo_engine.errors import ConfigError
from dacapo_engine.registry import Registry

__all__ = ["Config", "TaggedConfig", "describe_validation_error", "field_unit"]


class Config(BaseModel):
    """A frozen description of something, safe to write, send and compare.

    Every field carries ``title``, ``description`` and bounds in its ``Field``; a unit goes into
    ``json_schema_extra={"unit": "nm"}`` and ``{"advanced": True}`` keeps it out of the short form.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    # Kinds that are for tests are not offered where a person chooses.
    for_tests: ClassVar[bool] = False

    name: str = Field(
        default="",
        title="Name",
        description="A name for this config, free to choose.",
        json_schema_extra={"advanced": True},
    )

    def replace(self, **changes: Any) -> Self:
        """A validated copy with some fields changed."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate(fields | changes)

    def to_dict(self) -> dict[str, Any]:
        """Plain data (mappings, lists, numbers, strings) from which it can be built again."""
        data: dict[str, Any] = self.model_dump(mode="json")
        return data

    def verify(self) -> tuple[bool, str]:
        """Whether this config makes sense beyond its field types, and a sentence about it."""
        return True, "No validation for this config."


class TaggedConfig(Config):
    """A config of one of several kinds, told apart by ``type``.

    A family (``AugmentConfig``) sets ``registry``; a member sets ``type: Literal["tag"] = "tag"``.
    """

    registry: ClassVar[Registry[Any]]

    @property
    def tag(self) -> str:
        """The value of its ``type``."""
        return str(type(self).model_fields["type"].default)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        field = cls.model_fields.get("type")
        tags = get_args(field.annotation) if field else ()
        if tags:
            cls.registry.register(tags[0], cls)

    @classmethod
    def from_tag(cls, value: object) -> object:
        """Build the member that ``value["type"]`` names; instances pass through.

        Used as a ``BeforeValidator``, so that errors keep their path (``augments.0.std``).
        """
        if not isinstance(value, Mapping):
            return value
        if "type" not in value:
            valid = ", ".join(cls.registry.tags())
            raise ValueError(f"'type' is missing; expected one of {valid}")
        return cls.registry.get(value["type"]).model_validate(dict(value))


def field_unit(field: FieldInfo) -> str:
    """The unit of a config field as text, empty where it has none."""
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def describe_validation_error(error: ValidationError, place: str = "") -> ConfigError:
    """One sentence a user can act on, with the dotted path to each field concerned."""
    lines = []
    for problem in error.errors(include_url=False):
        path = ".".join(str(part) for part in problem["loc"]) or "config"
        if problem["type"] == "extra_forbidden":
            lines.append(f"{path}: there is no such field")
        elif problem["type"] == "missing":
            lines.append(f"{path}: this field is missing")
        else:
            text = problem["msg"].removeprefix("Value error, ")
            got = f" (got {_short(problem['input'])})" if problem["loc"] else ""
            lines.append(f"{path}: {text}{got}")
    return ConfigError("; ".join(lines) + ".", place=place)


def _short(value: object, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
