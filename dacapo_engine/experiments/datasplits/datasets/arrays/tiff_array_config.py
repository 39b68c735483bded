"""Config of an image in a TIFF file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import AxisName
from dacapo_engine.registry import LazyType

__all__ = ["TiffArrayConfig"]


class TiffArrayConfig(ArrayConfig):
    """An image or a stack in a TIFF file; of OME-TIFF and ImageJ the metadata are read, too."""

    type: Literal["tiff"] = "tiff"
    file: Path = Field(title="File", description="The TIFF file.")
    voxel_size: tuple[float, ...] | None = Field(
        default=None,
        title="Voxel size",
        description="Per axis of space; as the metadata say if not given.",
    )
    offset: tuple[float, ...] | None = Field(
        default=None,
        title="Offset",
        description="Where the first voxel begins, per axis of space; 0 if not given.",
        json_schema_extra={"advanced": True},
    )
    axis_names: tuple[AxisName, ...] | None = Field(
        default=None,
        title="Axes",
        description="What the axes are, in the order they are stored: s separate images, t time, "
        "c channels, z depth, y height, x width. Empty: as the metadata say.",
    )
    units: tuple[str, ...] | None = Field(
        default=None,
        title="Units",
        description="Of voxel size and offset, one per axis; nm if not given.",
        json_schema_extra={"advanced": True},
    )
    array_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.datasplits.datasets.arrays.tiff_array:TiffArray"
    )

    def verify(self) -> tuple[bool, str]:
        """Whether the file is there."""
        there = self.file.is_file()
        return there, f"{self.file} {'is there' if there else 'does not exist'}."
