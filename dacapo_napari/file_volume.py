"""Image files and datasets as volumes: opened by the engine's readers, read when sliced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dacapo_engine.errors import ConfigError, DacapoError, DataError, StoreError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.image_file_array import ImageFileArray
from dacapo_engine.experiments.datasplits.datasets.arrays.lazy_data import read_lazily
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_container import (
    array_names,
    resolve_dataset,
)
from dacapo_engine.image_pairs import ImagePair, list_pairs
from dacapo_engine.volume_files import VolumeFile, array_config, parse_volume
from dacapo_napari.layer_volume import LayerVolume

__all__ = ["FileLook", "look_at_file"]

_WORDS = {
    "raw": ("raw", "image", "img", "em", "intensit"),
    "labels": ("label", "seg", "gt", "ids", "neuron", "instance"),
    "mask": ("mask",),
}
_MOST_DATASETS = 200


@dataclass(frozen=True)
class FileLook:
    """What is found where a path leads.

    Attributes
    ----------
    path
        Of the dataset or the file that was opened; of the folder, where it is one of images.
    volume
        The file, lazily; of a folder its first image. None where nothing could be opened.
    axes_known
        Whether metadata tell what the axes are.
    axes_fixed
        Whether the axes cannot be given other names: they are stored in another order.
    datasets
        Paths in the container, where there are several to choose of.
    pairs
        Of a folder: images with their labels.
    """

    path: str
    volume: LayerVolume | None = None
    axes_known: bool = True
    axes_fixed: bool = False
    datasets: tuple[str, ...] = ()
    pairs: tuple[ImagePair, ...] | None = None

    @property
    def is_folder(self) -> bool:
        """Whether this is a folder of images."""
        return self.pairs is not None


def look_at_file(path: str, role: str) -> FileLook:
    """Open a file or a folder of images; reads headers only, but may wait for a disk.

    Parameters
    ----------
    path
        Of a dataset (``fib.zarr/raw``), a container, an image file or a folder of image files.
    role
        What it is chosen for, ``raw``, ``labels`` or ``mask``: of a container's datasets one is
        chosen whose name says so.

    Raises
    ------
    DacapoError
        If nothing can be opened there.
    """
    try:
        return _look(path, role)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.") from error


def _look(path: str, role: str) -> FileLook:
    if not Path(path).expanduser().is_absolute():
        raise ConfigError(f"{path!r} is no full path.", hint="Begin with the drive or with /.")
    file = parse_volume(str(Path(path).expanduser()))
    if isinstance(file, Path) and file.is_dir():
        return _look_at_folder(file)
    if not isinstance(file, LocalArrayIdentifier):
        return _opened(file)
    datasets = _datasets(file.container)
    if not file.dataset and datasets:
        file = LocalArrayIdentifier(file.container, _likely(datasets, role))
    return _opened(file, datasets)


def _opened(file: VolumeFile, datasets: Sequence[str] = ()) -> FileLook:
    config = array_config(file)
    array: Array = config.array_type(config)
    grid = array.grid
    volume = LayerVolume(
        name=_name(file),
        data=_lazy(array),
        axes=tuple(array.axes),
        voxel_size=grid.exact_voxel_size,
        offset=grid.exact_offset,
        known=grid.known,
        has_unit=grid.known,
        source_path=str(file),
        file=file,
    )
    fixed = tuple(getattr(array, "stored_axes", ())) != volume.axes
    return FileLook(str(file), volume, array.axes_known, fixed, tuple(datasets))


def _lazy(array: Array) -> Any:
    """Values in the order of the array's axes; an image file is not read before they are sliced."""
    if not isinstance(array, ImageFileArray):
        return array.data
    values = read_lazily(array)
    given = ["c"] * (array.num_channels is not None) + array.spatial_axes
    return values.transpose([given.index(axis) for axis in array.axes])


def _look_at_folder(folder: Path) -> FileLook:
    pairs = tuple(list_pairs(folder))
    images = [pair.image for pair in pairs if pair.image is not None and pair.labels is not None]
    images += [pair.image for pair in pairs if pair.image is not None]
    if not images:
        raise DataError(
            f"{folder.name} is no zarr or N5 folder, and no image lies in it.",
            hint="Choose a folder of TIFF or PNG files, or one whose name ends in .zarr or .n5.",
            place=str(folder),
        )
    first = _opened(images[0])
    return FileLook(str(folder), first.volume, first.axes_known, first.axes_fixed, pairs=pairs)


def _datasets(container: Path) -> tuple[str, ...]:
    """Arrays to choose of; none where the container itself is one, or one image in levels."""
    try:
        if resolve_dataset(container, ""):
            return ()
    except DacapoError:
        return ()
    return tuple(name for name in array_names(container) if name)[:_MOST_DATASETS]


def _likely(datasets: Sequence[str], role: str) -> str:
    """The first dataset whose last part says the role, else the first."""
    for word in _WORDS[role]:
        for name in datasets:
            if word in name.rsplit("/", 1)[-1].lower():
                return name
    return datasets[0]


def _name(file: VolumeFile) -> str:
    if isinstance(file, Path):
        return file.name
    return file.dataset.rsplit("/", 1)[-1] or file.container.stem
