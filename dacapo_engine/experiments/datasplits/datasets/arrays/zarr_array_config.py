"""Config of an array on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.registry import LazyType

__all__ = ["AxisName", "ZarrArrayConfig"]

AxisName = Literal["s", "t", "c", "z", "y", "x"]


class ZarrArrayConfig(ArrayConfig):
    """A zarr, OME-Zarr or n5 dataset on disk."""

    type: Literal["zarr"] = "zarr"
    file_name: Path = Field(
        title="Container",
        description="The zarr or n5 folder.",
    )
    dataset: str = Field(
        title="Dataset",
        description="The dataset inside the container, such as raw or volumes/labels.",
    )
    snap_to_grid: tuple[float, ...] | None = Field(
        default=None,
        title="Snap to grid",
        description="Use only the part that starts and ends at whole multiples of these sizes.",
        json_schema_extra={"unit": "nm", "advanced": True},
    )
    axes: tuple[AxisName, ...] | None = Field(
        default=None,
        title="Axes",
        description="What the axes are, in the order they are stored: s separate images, t time, "
        "c channels, z depth, y height, x width. Empty: as the metadata say.",
    )
    voxel_size: tuple[float, ...] | None = Field(
        default=None,
        title="Voxel size",
        description="Per axis but channels; as the metadata say if not given.",
        json_schema_extra={"unit": "nm", "advanced": True},
    )
    offset: tuple[float, ...] | None = Field(
        default=None,
        title="Offset",
        description="Where the first voxel begins, per axis but channels; as the metadata say if"
        " not given.",
        json_schema_extra={"unit": "nm", "advanced": True},
    )
    mode: Literal["r", "a", "w"] = Field(
        default="a",
        title="Mode",
        description="r never writes; a and w write when a region is assigned.",
        json_schema_extra={"advanced": True},
    )
    ome_metadata: bool = Field(
        default=False,
        title="OME metadata first",
        description="Prefer OME-Zarr metadata where the dataset has attributes of its own too.",
        json_schema_extra={"advanced": True},
    )
    array_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array:ZarrArray"
    )

    def verify(self) -> tuple[bool, str]:
        """Whether the container is there."""
        if not self.file_name.exists():
            return False, f"{self.file_name} does not exist."
        return True, f"{self.file_name} is there."
