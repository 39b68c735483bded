"""The config of the trainer for tests of what is around a trainer."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from dacapo_engine.experiments.trainers.trainer_config import TrainerConfig
from dacapo_engine.registry import LazyType

__all__ = ["DummyTrainerConfig"]


class DummyTrainerConfig(TrainerConfig):
    """Train on noise; for trying out what is around a trainer."""

    for_tests: ClassVar[bool] = True
    type: Literal["dummy"] = "dummy"
    trainer_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.trainers.dummy_trainer:DummyTrainer"
    )

    mirror_augment: bool = Field(
        default=False, title="Mirror", description="Mirror the noise, too."
    )

    def verify(self) -> tuple[bool, str]:
        """Never valid: nothing can be learned from noise."""
        return False, "This trainer shows the network nothing but noise."
