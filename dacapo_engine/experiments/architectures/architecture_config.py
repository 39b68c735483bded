"""The base of every architecture's config."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, InstanceOf, SerializeAsAny

from dacapo_engine.config import TaggedConfig
from dacapo_engine.registry import Registry

__all__ = ["AnyArchitectureConfig", "ArchitectureConfig"]


class ArchitectureConfig(TaggedConfig):
    """The network that turns raw into features."""

    registry: ClassVar[Registry[Any]] = Registry(
        "architecture", "dacapo_engine.experiments.architectures"
    )
    architecture_type: ClassVar[Any]


AnyArchitectureConfig = Annotated[
    SerializeAsAny[InstanceOf[ArchitectureConfig]], BeforeValidator(ArchitectureConfig.from_tag)
]
