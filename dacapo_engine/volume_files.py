"""Where a labelled volume lies: in a container, or in files of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.image_array_config import (
    ImageArrayConfig,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.tiff_array_config import TiffArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning

__all__ = ["Volume", "VolumeFiles", "array_config", "is_image_file", "parse_volume"]

_TIFF = frozenset({".tif", ".tiff"})
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp"})

Volume = LocalArrayIdentifier | Path
"""A dataset in a container, or an image file."""


@dataclass(frozen=True)
class VolumeFiles:
    """Where a labelled volume lies, and what has to be said of its axes and labels."""

    raw: Volume
    labels: Volume
    mask: Volume | None = None
    axes: tuple[str, ...] | None = None
    meaning: LabelMeaning = BACKGROUND_EVERYWHERE

    @property
    def name(self) -> str:
        """A short name for the volume."""
        if isinstance(self.raw, Path):
            return self.raw.name.split(".")[0]
        return self.raw.dataset.rsplit("/", 1)[-1] or self.raw.container.stem


def is_image_file(path: Path) -> bool:
    """Whether the suffix is one of the image files that are read."""
    return path.suffix.lower() in _TIFF | _PICTURES


def parse_volume(text: str) -> Volume:
    """What `text` names: a dataset in a container, an image file, or a folder.

    Raises
    ------
    ConfigError
        If it is none of these.
    """
    path = Path(text)
    try:
        return LocalArrayIdentifier.parse(text)
    except ConfigError as error:
        if is_image_file(path) or path.is_dir():
            return path
        raise ConfigError(
            f"{text!r} names no zarr or n5 container, and no image file or folder.",
            hint="Give volume.zarr/raw, a TIFF or PNG file, or a folder of them.",
        ) from error


def array_config(volume: Volume, axes: tuple[str, ...] | None = None) -> ArrayConfig:
    """The config by which a volume is opened, never to be written."""
    if isinstance(volume, LocalArrayIdentifier):
        fields = {
            "file_name": volume.container.resolve(),
            "dataset": volume.dataset,
            "axes": axes,
            "mode": "r",
        }
        return ZarrArrayConfig.model_validate(fields)
    if volume.suffix.lower() in _TIFF:
        return TiffArrayConfig.model_validate({"file": volume.resolve(), "axis_names": axes})
    if volume.suffix.lower() in _PICTURES:
        return ImageArrayConfig(file=volume.resolve())
    raise ConfigError("This is no image file.", place=str(volume))
