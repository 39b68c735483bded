"""Config of a labelled volume."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import AnyArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import RegionConfig
from dacapo_engine.experiments.datasplits.datasets.dataset_config import DatasetConfig
from dacapo_engine.registry import LazyType

__all__ = ["RawGTDatasetConfig"]


class RawGTDatasetConfig(DatasetConfig):
    """A volume with its labels, and a mask of where they can be trusted."""

    type: Literal["raw_gt"] = "raw_gt"
    raw_config: AnyArrayConfig = Field(title="Raw", description="The image.")
    gt_config: AnyArrayConfig = Field(title="Labels", description="The labels of the image.")
    mask_config: AnyArrayConfig | None = Field(
        default=None,
        title="Mask",
        description="Where it is above 0 the labels count; without one they count everywhere.",
    )
    unlabelled_value: int | None = Field(
        default=None,
        title="Value for unlabelled",
        description="Labels of this value say nothing: neither training nor scores look there."
        " 0 if only objects were painted, and no background.",
        json_schema_extra={"advanced": True},
    )
    done: tuple[RegionConfig, ...] | None = Field(
        default=None,
        title="Finished boxes",
        description="Boxes, or slices one voxel thick, that were painted completely: there 0 is"
        " background. Beyond them 0 says nothing. Without any list, 0 is background everywhere.",
        json_schema_extra={"advanced": True},
    )
    sample_points: tuple[tuple[float, ...], ...] | None = Field(
        default=None,
        title="Sample points",
        description="Places around which samples are taken, z, y, x from the origin of the world.",
        json_schema_extra={"unit": "nm", "advanced": True},
    )
    dataset_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset:RawGTDataset"
    )
