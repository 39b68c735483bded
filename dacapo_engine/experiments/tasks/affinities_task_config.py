"""Instance segmentation by affinities, described."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from dacapo_engine.experiments.tasks.task_config import MOST_PARAMETERS, TaskConfig
from dacapo_engine.registry import LazyType

__all__ = ["AffinitiesTaskConfig"]

Fraction = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[tuple[int, ...], Field(min_length=2, max_length=3)]


def _along_axes(*lengths: int) -> tuple[tuple[int, ...], ...]:
    return tuple(offset for n in lengths for offset in ((n, 0, 0), (0, n, 0), (0, 0, n)))


class AffinitiesTaskConfig(TaskConfig):
    """Instance segmentation: which pairs of voxels belong to the same object."""

    task_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.tasks.affinities_task:AffinitiesTask"
    )

    type: Literal["affinities"] = "affinities"
    neighborhood: tuple[Offset, ...] = Field(
        default=_along_axes(1, 3, 6, 9),
        title="Neighborhood",
        description="Offsets from a voxel to those it is paired with, in the order of the axes."
        " The nearest ones find boundaries; longer ones, of about half an object, keep objects"
        " apart. Offsets of 0 along the first axis keep separate images separate.",
        min_length=1,
        json_schema_extra={"unit": "voxels"},
    )
    affs_weight_clipmin: float = Field(
        default=0.05,
        title="Smallest class share",
        description="A class rarer than this does not gain more weight in the loss.",
        gt=0,
        le=0.5,
        json_schema_extra={"advanced": True},
    )
    affs_weight_clipmax: float = Field(
        default=0.95,
        title="Largest class share",
        description="A class more common than this does not lose more weight in the loss.",
        ge=0.5,
        le=1,
        json_schema_extra={"advanced": True},
    )
    lsds: bool = Field(
        default=False,
        title="Local shape descriptors",
        description="Learn the shape of the object around each voxel beside the affinities, which"
        " then become better where boundaries are hard to see.",
    )
    num_lsd_voxels: int = Field(
        default=10,
        title="Window of the descriptors",
        description="How far they look (sigma of a Gaussian window), in edges of a voxel, the"
        " largest of its edges. About half the thickness of an object is a good choice.",
        ge=1,
        le=200,
        json_schema_extra={"unit": "voxels", "advanced": True},
    )
    downsample_lsds: int = Field(
        default=1,
        title="Descriptors at every",
        description="Compute descriptors at every so manyth voxel along each axis, which takes"
        " much less time where the window is large.",
        ge=1,
        le=8,
        json_schema_extra={"unit": "voxels", "advanced": True},
    )
    lsds_to_affs_weight_ratio: float = Field(
        default=1.0,
        title="Weight of the descriptors",
        description="How much descriptors count in the loss beside the affinities.",
        ge=0,
        json_schema_extra={"advanced": True},
    )
    lsd_weight_clipmin: float = Field(
        default=0.05,
        title="Smallest share of objects",
        description="Objects rarer than this do not gain more weight in the loss of descriptors.",
        gt=0,
        le=0.5,
        json_schema_extra={"advanced": True},
    )
    lsd_weight_clipmax: float = Field(
        default=0.95,
        title="Largest share of objects",
        description="Objects more common than this do not lose more weight in that loss.",
        ge=0.5,
        le=1,
        json_schema_extra={"advanced": True},
    )
    background_as_object: bool = Field(
        default=False,
        title="Background as object",
        description="Join background voxels with each other as if background were an object.",
        json_schema_extra={"advanced": True},
    )
    biases: tuple[Fraction, ...] = Field(
        default=(0.5,),
        title="Biases",
        description="Tried in validation: affinity to a nearest neighbor above which voxels"
        " attract each other. Higher gives more and smaller objects.",
        min_length=1,
        json_schema_extra={"advanced": True},
    )
    long_range_biases: tuple[Fraction, ...] = Field(
        default=(0.6,),
        title="Long-range biases",
        description="Tried in validation: the same for longer offsets. Higher parts objects"
        " that touch.",
        min_length=1,
        json_schema_extra={"advanced": True},
    )
    long_range_groups: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(2, 3),
        title="Long-range groups",
        description="Tried in validation: which longer offsets are used, 0 for all, 1 for the"
        " shortest of them along each axis, 2 for the next, and the longest beyond that.",
        min_length=1,
        json_schema_extra={"advanced": True},
    )
    foreground_thresholds: tuple[Fraction, ...] = Field(
        default=(0.0, 0.15),
        title="Foreground thresholds",
        description="Tried in validation: voxels whose mean affinity to their nearest"
        " neighbors is below this become background; 0 leaves no background.",
        min_length=1,
        json_schema_extra={"advanced": True},
    )
    min_sizes: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(100,),
        title="Smallest objects",
        description="Tried in validation: smaller fragments are given to those around them.",
        min_length=1,
        json_schema_extra={"unit": "voxels", "advanced": True},
    )
    agglomeration_thresholds: tuple[Fraction, ...] = Field(
        default=(0.4, 0.3, 1.0),
        title="Agglomeration thresholds",
        description="Tried in validation: objects are merged while the mean affinity where they"
        " touch is at least this; 1 merges nothing.",
        min_length=1,
        json_schema_extra={"advanced": True},
    )
    link_slices: bool = Field(
        default=False,
        title="Link slices",
        description="Segment slice by slice, and link segments of neighbouring slices by their"
        " overlap: for labels of single slices. All offsets then lead along slices.",
    )
    link_overlaps: tuple[Annotated[float, Field(gt=0, le=1)], ...] = Field(
        default=(0.4,),
        title="Overlaps of linked segments",
        description="Tried in validation where slices are linked: segments that share at least"
        " this part of what they cover together are one object.",
        min_length=1,
        json_schema_extra={"advanced": True},
    )
    long_range_stride: int = Field(
        default=1,
        title="Long-range stride",
        description="Use longer offsets at every so manyth voxel along each axis: 2 segments"
        " large volumes in less time and memory.",
        ge=1,
        le=8,
        json_schema_extra={"unit": "voxels", "advanced": True},
    )

    @field_validator("neighborhood")
    @classmethod
    def _check_neighborhood(cls, offsets: tuple[Offset, ...]) -> tuple[Offset, ...]:
        if len({len(offset) for offset in offsets}) > 1:
            raise ValueError("all offsets need the same number of components")
        if len(set(offsets)) < len(offsets):
            raise ValueError("an offset is given twice")
        if not all(any(offset) for offset in offsets):
            raise ValueError("an offset of zeros pairs a voxel with itself")
        if not any(max(map(abs, offset)) == 1 for offset in offsets):
            raise ValueError("at least one offset must lead to a nearest neighbor, such as 0, 0, 1")
        return offsets

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        if self.link_slices and any(len(o) > 2 and o[0] for o in self.neighborhood):
            raise ValueError("slices can only be linked where no offset leads out of them")
        choices = (
            self.link_overlaps if self.link_slices else (0.0,),
            self.biases,
            self.long_range_biases,
            self.long_range_groups,
            self.foreground_thresholds,
            self.min_sizes,
            self.agglomeration_thresholds,
        )
        tried = math.prod(len(values) for values in choices)
        if tried > MOST_PARAMETERS:
            raise ValueError(
                f"the values to try in validation make {tried} combinations, at most"
                f" {MOST_PARAMETERS} are tried"
            )
        return self
