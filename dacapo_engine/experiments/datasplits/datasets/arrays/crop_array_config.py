"""Config of a part of another array."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from dacapo_engine.config import Config
from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import (
    AnyArrayConfig,
    ArrayConfig,
)
from dacapo_engine.registry import LazyType

__all__ = ["CropArrayConfig", "RegionConfig"]


class RegionConfig(Config):
    """A box: where it begins, how large it is, and in what unit that is said."""

    offset: tuple[float, ...] = Field(
        title="Offset",
        description="Where the box begins, one number per spatial axis. In voxels it counts from "
        "the first voxel of the array, in nm from the origin of the world.",
    )
    shape: tuple[float, ...] = Field(
        title="Shape", description="How large the box is, one number per spatial axis."
    )
    unit: Literal["voxels", "nm"] = Field(
        default="nm", title="Unit", description="What offset and shape count."
    )

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if len(self.offset) != len(self.shape):
            raise ValueError("offset and shape need one number per spatial axis each")
        if any(extent <= 0 for extent in self.shape):
            raise ValueError("shape must be above zero along every axis")
        return self


def _region_from(value: object) -> object:
    # Scripts for DaCapo pass a funlib Roi, which counts in nanometres.
    if hasattr(value, "get_begin") and hasattr(value, "get_shape"):
        return {"offset": tuple(value.get_begin()), "shape": tuple(value.get_shape())}
    return value


class CropArrayConfig(ArrayConfig):
    """The part of another array that lies in a box."""

    type: Literal["crop"] = "crop"
    source_array_config: AnyArrayConfig = Field(
        title="Source", description="The array of which a part is used."
    )
    roi: Annotated[RegionConfig, BeforeValidator(_region_from)] = Field(
        title="Region", description="The box that is kept."
    )
    array_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.datasplits.datasets.arrays.crop_array:CropArray"
    )
