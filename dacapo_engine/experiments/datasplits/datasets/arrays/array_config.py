"""The base of every array config."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, InstanceOf, SerializeAsAny

from dacapo_engine.config import TaggedConfig
from dacapo_engine.registry import Registry

__all__ = ["AnyArrayConfig", "ArrayConfig"]


class ArrayConfig(TaggedConfig):
    """Describes an array: where it is, or how it follows from another one.

    `array_type` names the class that a config describes; ``config.array_type(config)`` opens it.
    """

    registry: ClassVar[Registry[Any]] = Registry(
        "array", "dacapo_engine.experiments.datasplits.datasets.arrays"
    )
    array_type: ClassVar[Any]


AnyArrayConfig = Annotated[
    SerializeAsAny[InstanceOf[ArrayConfig]], BeforeValidator(ArrayConfig.from_tag)
]
