"""Fields that the configs of tasks with distances share."""

from __future__ import annotations

from pydantic import Field

from dacapo_engine.experiments.tasks.class_task_config import BalancedTaskConfig, ClassNames

__all__ = ["SignedDistanceTaskConfig"]


class SignedDistanceTaskConfig(BalancedTaskConfig):
    """A task that predicts how far the boundary of each class is."""

    channels: ClassNames = Field(
        default=("objects",),
        title="Classes",
        description="Names of the classes, in the order of the channels of the labels; without"
        " channels, in the order of their ids from 1. One class takes all ids above 0.",
        min_length=1,
    )
    scale_factor: float = Field(
        default=1.0,
        title="Distance scale",
        description="Distances are told apart up to about this: a third of the thickness of an"
        " object is a good choice.",
        gt=0,
        json_schema_extra={"unit": "nm"},
    )
    tol_distance: float | None = Field(
        default=None,
        title="Tolerance",
        description="Scores with tolerance forgive errors no further from the boundary.",
        ge=0,
        json_schema_extra={"unit": "nm", "advanced": True},
    )
    clip_distance: float | None = Field(
        default=None,
        title="Clip distance",
        description="No error counts as further away than this in the mean false distance.",
        gt=0,
        json_schema_extra={"unit": "nm", "advanced": True},
    )
    separate_images: bool = Field(
        default=False,
        title="Separate images",
        description="The first of three axes holds separate images: no distance leads across.",
        json_schema_extra={"advanced": True},
    )
