"""Classes together with their distances, described."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from dacapo_engine.experiments.tasks.class_task_config import KernelSize
from dacapo_engine.experiments.tasks.signed_distance_task_config import SignedDistanceTaskConfig
from dacapo_engine.registry import LazyType

__all__ = ["HotDistanceTaskConfig"]


class HotDistanceTaskConfig(SignedDistanceTaskConfig):
    """Classes, which may overlap; distances to their boundaries are learnt beside them."""

    task_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.tasks.hot_distance_task:HotDistanceTask"
    )

    type: Literal["hot_distance"] = "hot_distance"
    mask_distances: bool = Field(
        default=False,
        title="Mask distances",
        description="Do not learn distances that depend on what lies beyond the labels.",
        json_schema_extra={"advanced": True},
    )
    kernel_size: KernelSize | None = Field(
        default=None,
        title="Kernel of the last layer",
        description="How many voxels wide the last convolution looks, odd; 1 if not given.",
        json_schema_extra={"unit": "voxels", "advanced": True},
    )
    thresholds: tuple[Annotated[float, Field(ge=0, le=1)], ...] = Field(
        default=(0.3, 0.4, 0.5, 0.6, 0.7),
        title="Thresholds",
        description="Tried in validation: a voxel belongs to a class where the mean of its"
        " probability and of its distance, brought to 0 to 1, is above this.",
        min_length=1,
        max_length=12,
        json_schema_extra={"advanced": True},
    )
