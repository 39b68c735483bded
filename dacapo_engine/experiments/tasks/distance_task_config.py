"""Segmentation by signed distances, described."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from dacapo_engine.experiments.tasks.class_task_config import Thresholds
from dacapo_engine.experiments.tasks.signed_distance_task_config import SignedDistanceTaskConfig
from dacapo_engine.experiments.tasks.task_config import MOST_PARAMETERS
from dacapo_engine.registry import LazyType

__all__ = ["DistanceTaskConfig"]


class DistanceTaskConfig(SignedDistanceTaskConfig):
    """Classes or objects: how far is the boundary, and on which side of it lies a voxel."""

    task_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.tasks.distance_task:DistanceTask"
    )

    type: Literal["distance"] = "distance"
    mask_distances: bool = Field(
        default=True,
        title="Mask distances",
        description="Do not learn distances that depend on what lies beyond the labels.",
        json_schema_extra={"advanced": True},
    )
    instances: bool = Field(
        default=False,
        title="Separate objects",
        description="Labels are ids of objects of one class, which are to be told apart: distances"
        " lead to the boundary of each, and a watershed finds them again.",
    )
    thresholds: Thresholds = Field(
        default=(-0.2, 0.0, 0.2),
        title="Thresholds",
        description="Tried in validation: the predicted distance above which a voxel is inside,"
        " -1 to 1.",
        min_length=1,
        json_schema_extra={"advanced": True},
    )
    seed_thresholds: Thresholds = Field(
        default=(0.3, 0.5, 0.7),
        title="Seed thresholds",
        description="Tried in validation of separate objects: regions above this are seeds."
        " Higher parts objects that touch.",
        min_length=1,
        json_schema_extra={"advanced": True},
    )
    min_sizes: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(20,),
        title="Smallest objects",
        description="Tried in validation of separate objects: smaller ones are given to those that"
        " they touch, or become background.",
        min_length=1,
        json_schema_extra={"unit": "voxels", "advanced": True},
    )

    @model_validator(mode="after")
    def _check_instances(self) -> Self:
        if self.instances and len(self.channels) > 1:
            raise ValueError("separate objects are found in one class, got several")
        tried = [self.thresholds]
        if self.instances:
            tried += [self.seed_thresholds, self.min_sizes]
        count = math.prod(len(values) for values in tried)
        if count > MOST_PARAMETERS:
            raise ValueError(
                f"the values to try in validation make {count} combinations, at most"
                f" {MOST_PARAMETERS} are tried"
            )
        return self
