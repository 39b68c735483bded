"""Layers as arrays on disk: by path where they are one already, else written to a run's inputs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from dacapo_engine.errors import StoreError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.setup.volume_files import CorrectedVolume, Volume
from dacapo_napari.volumes.layer_volume import LayerVolume

__all__ = ["VolumeOnDisk", "by_path", "on_disk", "safe_name", "write_volume"]

_BLOCK_BYTES = 32 * 2**20
_CHUNK = 64
_CONTAINERS = (".zarr", ".n5")


@dataclass(frozen=True)
class VolumeOnDisk:
    """A dataset in a container and what its axes are."""

    container: Path
    dataset: str
    axes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.container.as_posix()}/{self.dataset}".rstrip("/")


def by_path(volume: LayerVolume) -> Volume | None:
    """Where the engine finds a volume without a copy of it; None where it is in napari only.

    A file goes by its path, and so does a layer whose data *is* an array of this machine: what
    the layer says of its place is said to the engine, too.
    """
    if volume.file is not None:
        return volume.file
    folder = _array_folder(volume)
    found = None if folder is None else _split(folder, volume.axes)
    if found is None:
        return None
    identifier = LocalArrayIdentifier(found.container, found.dataset)
    if _says_the_same(volume, volume.data.attrs.asdict()):
        return CorrectedVolume(identifier, volume.axes)
    if not volume.known:
        return None
    sizes, offset = (tuple(map(float, n)) for n in (volume.voxel_size, volume.offset))
    return CorrectedVolume(identifier, volume.axes, sizes, offset)


def on_disk(volume: LayerVolume) -> VolumeOnDisk | None:
    """Where the array of a layer lies, if the layer's data *is* an array of this machine.

    The engine must be able to read its format, and the file must say the same voxel size, offset
    and axes as the layer: a size that was corrected in napari is in the layer only.
    """
    folder = _array_folder(volume)
    if folder is None or not _says_the_same(volume, volume.data.attrs.asdict()):
        return None
    return _split(folder, volume.axes)


def write_volume(
    volume: LayerVolume,
    container: Path,
    dataset: str,
    *,
    dtype: Any = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> VolumeOnDisk:
    """Write a layer block by block as zarr v2, with its exact place in the attributes.

    Raises
    ------
    StoreError
        If the folder cannot be written to.
    """
    try:
        _make_group(container)
        array = _create(container / dataset, volume, np.dtype(dtype or volume.data.dtype))
        for block in _blocks(volume.shape, array.dtype.itemsize):
            if cancelled():
                break
            array[block] = np.asarray(volume.data[block]).astype(array.dtype, copy=False)
    except OSError as error:
        raise StoreError(
            f"{volume.name} cannot be written: {error.strerror or error}.",
            hint="Choose another runs folder, or make room in this one.",
            place=str(container),
        ) from error
    return VolumeOnDisk(container, dataset, volume.axes)


def safe_name(name: str) -> str:
    """`name` with every character that a folder's name may not hold replaced."""
    kept = "".join(c if c.isalnum() or c in " -_.," else "_" for c in name).strip(" .")
    return kept[:60] or "volume"


def _create(path: Path, volume: LayerVolume, dtype: np.dtype[Any]) -> Any:
    version: dict[str, Any] = {"zarr_format": 2}
    if int(zarr.__version__.split(".")[0]) < 3:
        version = {"zarr_version": 2}
    chunks = tuple(
        extent if axis == "c" else min(extent, _CHUNK if len(volume.shape) > 2 else 4 * _CHUNK)
        for extent, axis in zip(volume.shape, volume.axes, strict=True)
    )
    array = zarr.open_array(
        str(path), mode="w", shape=volume.shape, chunks=chunks, dtype=_stored(dtype), **version
    )
    array.attrs.update(volume.attributes)
    return array


def _stored(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype("uint8") if dtype == np.bool_ else dtype


def _make_group(container: Path) -> None:
    container.mkdir(parents=True, exist_ok=True)
    group = container / ".zgroup"
    if not group.exists():
        group.write_text('{"zarr_format": 2}', encoding="utf-8")


def _blocks(shape: tuple[int, ...], itemsize: int) -> Iterator[tuple[slice, ...]]:
    """Blocks of whole chunks that together cover `shape`, a few megabytes each."""
    steps = list(shape)
    for axis in range(len(shape)):
        while int(np.prod(steps)) * itemsize > _BLOCK_BYTES and steps[axis] > _CHUNK:
            steps[axis] = -(-steps[axis] // 2 // _CHUNK) * _CHUNK
    starts = [range(0, extent, step) for extent, step in zip(shape, steps, strict=True)]
    for corner in itertools.product(*starts):
        yield tuple(slice(start, start + step) for start, step in zip(corner, steps, strict=True))


def _array_folder(volume: LayerVolume) -> Path | None:
    """The folder of the array that a layer shows, if the engine can read it."""
    data = volume.data
    if not isinstance(data, zarr.Array) or _is_newer(data):
        return None
    folder = _store_folder(data.store)
    return None if folder is None else folder / data.path


def _store_folder(store: Any) -> Path | None:
    path = getattr(store, "root", None) or getattr(store, "path", None)
    if isinstance(path, str | Path) and Path(path).is_dir():
        return Path(path)
    return None


def _is_newer(array: Any) -> bool:
    """Whether an array has the format of zarr 3, which the engine's zarr 2 cannot read."""
    return getattr(getattr(array, "metadata", None), "zarr_format", 2) > 2


def _split(path: Path, axes: tuple[str, ...]) -> VolumeOnDisk | None:
    for container in (path, *path.parents):
        if container.name.lower().endswith(_CONTAINERS):
            dataset = path.relative_to(container).as_posix().removeprefix(".")
            return VolumeOnDisk(container, dataset, axes)
    return None


def _says_the_same(volume: LayerVolume, attributes: dict[str, Any]) -> bool:
    """Whether metadata in funlib's style say what the layer says; other styles do not count."""
    sizes = attributes.get("voxel_size", attributes.get("resolution"))
    begins = attributes.get("offset", [0.0] * len(volume.offset))
    units = set(attributes.get("units", ["nm"])) - {""}
    if sizes is None or len(sizes) != len(volume.voxel_size) or units - {"nm", "nanometer"}:
        return False
    expected = (*volume.voxel_size, *volume.offset)
    return volume.known and np.allclose([*sizes, *begins], [float(n) for n in expected], rtol=1e-9)
