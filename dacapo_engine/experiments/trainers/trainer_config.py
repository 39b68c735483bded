"""The base of every trainer's config."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, InstanceOf, SerializeAsAny

from dacapo_engine.config import TaggedConfig
from dacapo_engine.registry import Registry

__all__ = ["AnyTrainerConfig", "TrainerConfig"]


class TrainerConfig(TaggedConfig):
    """How a network is trained."""

    registry: ClassVar[Registry[Any]] = Registry("trainer", "dacapo_engine.experiments.trainers")
    trainer_type: ClassVar[Any]

    batch_size: int = Field(
        default=1,
        ge=1,
        le=4096,
        title="Batch size",
        description="Samples that are looked at together in one iteration.",
        json_schema_extra={"unit": "samples"},
    )
    learning_rate: float = Field(
        default=1e-3,
        gt=0,
        le=10,
        title="Learning rate",
        description="How far each iteration moves the weights.",
    )


AnyTrainerConfig = Annotated[
    SerializeAsAny[InstanceOf[TrainerConfig]], BeforeValidator(TrainerConfig.from_tag)
]
