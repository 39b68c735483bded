"""The config of a start from another run."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, InstanceOf, SerializeAsAny, field_validator

from dacapo_engine.config import TaggedConfig
from dacapo_engine.registry import LazyType, Registry

__all__ = ["AnyStartConfig", "StartConfig"]


class StartConfig(TaggedConfig):
    """Begin with the weights of another run instead of random ones."""

    registry: ClassVar[Registry[Any]] = Registry("start", "dacapo_engine.experiments.starts")
    start_type: ClassVar[Any] = LazyType("dacapo_engine.experiments.starts.start:Start")

    type: Literal["run"] = "run"
    run: str = Field(
        min_length=1,
        title="Run",
        description="The folder of a run, or its name where it lies beside this one.",
    )
    criterion: str = Field(
        default="best",
        min_length=1,
        title="Weights",
        description="best, a criterion such as voi to be best by, latest, or an iteration.",
    )

    @field_validator("criterion", mode="before")
    @classmethod
    def _number_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


AnyStartConfig = Annotated[
    SerializeAsAny[InstanceOf[StartConfig]], BeforeValidator(StartConfig.from_tag)
]
