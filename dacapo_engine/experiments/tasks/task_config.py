"""The family of task configs."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, InstanceOf, SerializeAsAny

from dacapo_engine.config import TaggedConfig
from dacapo_engine.registry import Registry

__all__ = ["MOST_PARAMETERS", "AnyTaskConfig", "TaskConfig"]

MOST_PARAMETERS = 12
"""How many settings of the post-processing one validation may try."""


class TaskConfig(TaggedConfig):
    """What a network learns and how its output becomes a segmentation.

    A member names the task it describes in ``task_type``, a subclass of
    `dacapo_engine.experiments.tasks.Task` that is built from the config alone.
    """

    registry: ClassVar[Registry[Any]] = Registry("task", "dacapo_engine.experiments.tasks")
    task_type: ClassVar[Any]


AnyTaskConfig = Annotated[
    SerializeAsAny[InstanceOf[TaskConfig]], BeforeValidator(TaskConfig.from_tag)
]
