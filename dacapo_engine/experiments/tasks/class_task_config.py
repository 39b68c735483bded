"""Fields that the configs of tasks with named classes share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from dacapo_engine.experiments.tasks.class_labels import check_class_names
from dacapo_engine.experiments.tasks.task_config import TaskConfig

__all__ = ["BalancedTaskConfig", "ClassNames", "KernelSize", "Thresholds"]


def _checked(names: tuple[str, ...]) -> tuple[str, ...]:
    check_class_names(names)
    return names


ClassNames = Annotated[tuple[str, ...], AfterValidator(_checked)]
Thresholds = tuple[Annotated[float, Field(ge=-1, le=1)], ...]
KernelSize = Annotated[int, Field(ge=1, le=7)]


class BalancedTaskConfig(TaskConfig):
    """A task in which rare classes count as much as common ones."""

    clipmin: float = Field(
        default=0.05,
        title="Smallest class share",
        description="A class rarer than this does not gain more weight in the loss.",
        gt=0,
        le=0.5,
        json_schema_extra={"advanced": True},
    )
    clipmax: float = Field(
        default=0.95,
        title="Largest class share",
        description="A class more common than this does not lose more weight in the loss.",
        ge=0.5,
        le=1,
        json_schema_extra={"advanced": True},
    )
