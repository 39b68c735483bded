"""A task for tests, described."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from dacapo_engine.experiments.tasks.task_config import TaskConfig
from dacapo_engine.registry import LazyType

__all__ = ["DummyTaskConfig"]


class DummyTaskConfig(TaskConfig):
    """A task that learns nothing; for tests of what surrounds a task."""

    task_type: ClassVar[Any] = LazyType("dacapo_engine.experiments.tasks.dummy_task:DummyTask")

    for_tests: ClassVar[bool] = True
    type: Literal["dummy"] = "dummy"
    embedding_dims: int = Field(
        default=1, title="Channels", description="How many channels are predicted.", ge=1
    )
    detection_threshold: float = Field(
        default=0.5, title="Threshold", description="What is predicted above this is an object."
    )

    def verify(self) -> tuple[bool, str]:
        """A dummy is never a task to train with."""
        return False, "This is a dummy task for tests; it learns nothing."
