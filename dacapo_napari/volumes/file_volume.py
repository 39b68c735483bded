"""Image files and datasets as volumes: opened by the engine's readers, read when sliced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from dacapo_engine.setup.image_pairs import ImagePair, list_pairs
from dacapo_engine.setup.volume_files import VolumeFile, array_config, parse_volume, volume_name
from dacapo_napari.volumes.layer_volume import LayerVolume

__all__ = ["BETWEEN_PATHS", "FileLook", "look_at_file"]

BETWEEN_PATHS = "\n"
"""Between the path of an image and that of its labels, where both are looked at together."""

_WORDS = {
    "raw": ("raw", "image", "img", "em", "intensit"),
    "labels": ("label", "seg", "gt", "ids", "neuron", "instance"),
    "mask": ("mask",),
}
_MOST_DATASETS = 200
_TRAIN = frozenset({"train", "training"})


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
    labels
        Path of what seem to be the labels of an image: in its container, or by its name.
    """

    path: str
    volume: LayerVolume | None = None
    axes_known: bool = True
    axes_fixed: bool = False
    datasets: tuple[str, ...] = ()
    pairs: tuple[ImagePair, ...] | None = None
    labels: str = ""

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
        chosen whose name says so. ``pairs``: two paths, which are paired where both are folders.

    Raises
    ------
    DacapoError
        If nothing can be opened there.
    """
    try:
        return _look_at_both(path) if role == "pairs" else _look(path, role)
    except DacapoError:
        raise
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.") from error


def _look(path: str, role: str) -> FileLook:
    if not Path(path).expanduser().is_absolute():
        raise ConfigError(f"{path!r} is no full path.", hint="Begin with the drive or with /.")
    file = parse_volume(str(Path(path).expanduser()))
    if isinstance(file, Path) and file.is_dir():
        return _look_at_folder(file) if role == "raw" else FileLook(str(file))
    if not isinstance(file, LocalArrayIdentifier):
        look = _opened(file, role)
        return replace(look, labels=_labels_of(file)) if role == "raw" else look
    datasets = _datasets(file.container)
    if not file.dataset and datasets:
        file = LocalArrayIdentifier(file.container, _likely(datasets, role))
    look = _opened(file, role, datasets)
    if role == "raw" and any(_says(name, "labels") for name in datasets):
        beside = LocalArrayIdentifier(file.container, _likely(datasets, "labels"))
        return replace(look, labels=str(beside))
    return look


def _look_at_both(paths: str) -> FileLook:
    images, labels = (Path(path).expanduser() for path in paths.split(BETWEEN_PATHS))
    if any(".zarr" in str(path) or not path.is_dir() for path in (images, labels)):
        return FileLook(str(images))
    return FileLook(str(images), pairs=tuple(list_pairs(images, labels)))


def _opened(file: VolumeFile, role: str, datasets: Sequence[str] = ()) -> FileLook:
    config = array_config(file)
    array: Array = config.array_type(config)
    grid = array.grid
    volume = LayerVolume(
        name=_name(file, role),
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
        inner = next((path.name for path in folder.iterdir() if path.name.lower() in _TRAIN), "")
        raise DataError(
            f"{folder.name} is no zarr or N5 folder, and no image lies in it.",
            hint=f"Choose the folder {inner} in it."
            if inner
            else "Choose a folder of TIFF or PNG files, or one whose name ends in .zarr or .n5.",
            place=str(folder),
        )
    first = _opened(images[0], "raw")
    return FileLook(str(folder), first.volume, first.axes_known, first.axes_fixed, pairs=pairs)


def _datasets(container: Path) -> tuple[str, ...]:
    """Arrays to choose of; none where the container itself is one, or one image in levels."""
    try:
        if resolve_dataset(container, ""):
            return ()
    except DacapoError:
        return ()
    return tuple(name for name in array_names(container) if name)[:_MOST_DATASETS]


def _labels_of(image: Path) -> str:
    """The labels that lie beside an image and have its name."""
    found = (pair.labels for pair in list_pairs(image.parent) if pair.image == image)
    return str(next((path for path in found if path is not None), ""))


def _likely(datasets: Sequence[str], role: str) -> str:
    """The first dataset whose last part says the role, else any part, else the first."""
    words = _WORDS[role]
    ends = (n for word in words for n in datasets if word in n.rsplit("/", 1)[-1].lower())
    saying = (n for word in words for n in datasets if word in n.lower())
    return next(ends, next(saying, datasets[0]))


def _says(name: str, role: str) -> bool:
    return any(word in name.lower() for word in _WORDS[role])


def _name(file: VolumeFile, role: str) -> str:
    """A short name for an image; labels are called by their dataset, since sentences name both."""
    if isinstance(file, Path):
        return file.name
    if role == "raw":
        return volume_name(file)
    return "/".join(part for part in (file.container.name, file.dataset) if part)
