"""Config of a picture in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.registry import LazyType

__all__ = ["ImageArrayConfig"]


class ImageArrayConfig(ArrayConfig):
    """A PNG, JPEG or BMP picture: grey, colours as three channels, or a palette as ids."""

    type: Literal["image"] = "image"
    file: Path = Field(title="File", description="The picture.")
    voxel_size: tuple[float, float] | None = Field(
        default=None,
        title="Pixel size",
        description="Height and width; not known if not given.",
    )
    units: tuple[str, str] | None = Field(
        default=None,
        title="Units",
        description="Of the pixel size; nm if not given.",
        json_schema_extra={"advanced": True},
    )
    array_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.datasplits.datasets.arrays.image_array:ImageArray"
    )

    def verify(self) -> tuple[bool, str]:
        """Whether the file is there."""
        there = self.file.is_file()
        return there, f"{self.file} {'is there' if there else 'does not exist'}."
