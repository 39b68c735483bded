"""Classes of which each voxel has one, described."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from dacapo_engine.experiments.tasks.class_task_config import (
    BalancedTaskConfig,
    ClassNames,
    KernelSize,
)
from dacapo_engine.registry import LazyType

__all__ = ["OneHotTaskConfig"]


class OneHotTaskConfig(BalancedTaskConfig):
    """Classes of which each voxel has one: which one is it."""

    task_type: ClassVar[Any] = LazyType("dacapo_engine.experiments.tasks.one_hot_task:OneHotTask")

    type: Literal["one_hot"] = "one_hot"
    classes: ClassNames = Field(
        default=("background", "objects"),
        title="Classes",
        description="Names of the classes in the order of their ids, from 0, which is background"
        " mostly. Of two classes the second one takes all ids above 0.",
        min_length=2,
        max_length=256,
    )
    kernel_size: KernelSize | None = Field(
        default=None,
        title="Kernel of the last layer",
        description="How many voxels wide the last convolution looks, odd; 1 if not given.",
        json_schema_extra={"unit": "voxels", "advanced": True},
    )
    dice_weight: float = Field(
        default=0.0,
        title="Weight of the Dice loss",
        description="How much the overlap of each class counts beside the cross-entropy of each"
        " voxel; 1 helps classes that are small and rare.",
        ge=0,
        json_schema_extra={"advanced": True},
    )
