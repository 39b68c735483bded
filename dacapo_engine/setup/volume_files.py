"""Where a labelled volume lies: in a container, or in files of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning

__all__ = [
    "CorrectedVolume",
    "Volume",
    "VolumeFile",
    "VolumeFiles",
    "array_config",
    "is_image_file",
    "parse_volume",
    "volume_name",
]

_TIFF = frozenset({".tif", ".tiff"})
_PLAIN_NAMES = frozenset({"raw", "image", "images", "volumes", "data", "em", "0", "s0"})
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp"})

VolumeFile = LocalArrayIdentifier | Path
"""A dataset in a container, or an image file."""


@dataclass(frozen=True)
class CorrectedVolume:
    """A volume of which somebody says what its metadata do not say, or say wrongly.

    Attributes
    ----------
    file
        Where it lies.
    axes
        In the order they are stored; None: as the metadata say.
    voxel_size, offset
        In nanometres, one number per axis but channels; None: as the metadata say. A picture
        has no offset.
    """

    file: VolumeFile
    axes: tuple[str, ...] | None = None
    voxel_size: tuple[float, ...] | None = None
    offset: tuple[float, ...] | None = None

    def __str__(self) -> str:
        return str(self.file)


Volume = VolumeFile | CorrectedVolume
"""Where a volume lies, and what is said of it."""


@dataclass(frozen=True)
class VolumeFiles:
    """Where a labelled volume lies, and what has to be said of its axes, labels and intensities.

    Attributes
    ----------
    axes
        Of raw, and of labels and mask where they are left without channels.
    intensity_range
        What becomes 0 and 1; measured where nobody says it.
    """

    raw: Volume
    labels: Volume
    mask: Volume | None = None
    axes: tuple[str, ...] | None = None
    meaning: LabelMeaning = BACKGROUND_EVERYWHERE
    intensity_range: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """A short name for the volume."""
        file = self.raw.file if isinstance(self.raw, CorrectedVolume) else self.raw
        return volume_name(file)


def volume_name(file: VolumeFile) -> str:
    """A short name for an image: of a dataset the last part that says more than ``raw``."""
    if isinstance(file, Path):
        return file.name.split(".")[0]
    parts = [file.container.stem, *file.dataset.split("/")]
    telling = (part for part in reversed(parts) if part and part.lower() not in _PLAIN_NAMES)
    return next(telling, parts[0])


def is_image_file(path: Path) -> bool:
    """Whether the suffix is one of the image files that are read."""
    return path.suffix.lower() in _TIFF | _PICTURES


def parse_volume(text: str) -> VolumeFile:
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
    """The config by which a volume is opened, never to be written.

    Raises
    ------
    ConfigError
        If it is neither a dataset nor an image file.
    """
    if isinstance(volume, CorrectedVolume):
        config = array_config(volume.file, volume.axes or axes)
        return config.replace(**_corrections(volume, config))
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


def _corrections(volume: CorrectedVolume, config: ArrayConfig) -> dict[str, Any]:
    fields = {"voxel_size": volume.voxel_size, "offset": volume.offset}
    known = type(config).model_fields
    return {name: said for name, said in fields.items() if said is not None and name in known}
