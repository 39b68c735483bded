"""The volumes that a run learnt from: found in its config, opened again as layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.run_summary import best_scores
from dacapo_engine.store.status import RunStatus, read_status
from dacapo_engine.yaml_file import read_config
from dacapo_napari.layers.run_layers import WorldUnits, belongs_to_run, layer_arguments, view_kept
from dacapo_napari.run_updates import PlacedArray
from dacapo_napari.runs.run_setup import free_name
from dacapo_napari.volumes.layer_volume import LayerVolume, layer_volume
from dacapo_napari.volumes.volume_files import safe_name

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

__all__ = [
    "MOST_VOLUMES",
    "RunInput",
    "StoredArray",
    "StoredRun",
    "find_layer",
    "open_layer",
    "read_stored_run",
    "volume_of",
]

MOST_VOLUMES = 4
"""Of a run of many volumes so many are opened."""

_INPUT_KEY = "dacapo input"


@dataclass(frozen=True)
class StoredArray:
    """An array that a run names, opened but not read."""

    config: ArrayConfig
    array: Array
    key: str

    @property
    def placed(self) -> PlacedArray:
        """The array with its place, for a layer; its values are read when they are looked at."""
        array = self.array
        return PlacedArray(
            array.name,
            array.data,
            tuple(array.axes),
            array.voxel_size_nm,
            array.offset_nm,
            array.voxel_size_known,
        )


@dataclass(frozen=True)
class RunInput:
    """A volume that a run learnt from or was scored on.

    Attributes
    ----------
    limits
        Intensities that became 0 and 1, None where that is not told.
    """

    name: str
    raw: StoredArray
    labels: StoredArray
    limits: tuple[float, float] | None


@dataclass(frozen=True)
class StoredRun:
    """A run as it is kept, with its volumes.

    Attributes
    ----------
    num_volumes
        How many there are; `inputs` holds the first of them.
    criterion
        By which its weights are chosen for another run: the best ones where they are known.
    next_name
        A name under which there is no run.
    """

    folder: RunFolder
    config: RunConfig
    status: RunStatus | None
    inputs: tuple[RunInput, ...]
    num_volumes: int
    criterion: str
    next_name: str


def read_stored_run(folder: RunFolder) -> StoredRun:
    """Read a run and open its volumes; off the Qt thread.

    Raises
    ------
    DacapoError
        If the run file cannot be used, or a volume is not where it was.
    """
    config = read_config(folder.run_file, RunConfig)
    datasets = _different(config)
    inputs = tuple(_open(dataset) for dataset in datasets[:MOST_VOLUMES])
    criterion = "best" if best_scores(folder) else "latest"
    name = free_name(folder.path.parent, folder.name)
    return StoredRun(folder, config, read_status(folder), inputs, len(datasets), criterion, name)


def find_layer(viewer: ViewerModel, stored: StoredArray, name: str, *chosen: Layer) -> Layer | None:
    """The layer that shows an array of a run, if one is open.

    Parameters
    ----------
    name
        How the layer was called when the run was started.
    chosen
        Layers that count although they are called otherwise, if they lie at the same place.
    """
    layers = [layer for layer in viewer.layers if not belongs_to_run(layer)]
    for layer in layers:
        if layer.metadata.get(_INPUT_KEY) == stored.key:
            return layer
    candidates = [*chosen, *(layer for layer in layers if safe_name(layer.name) == name)]
    alike = (layer for layer in candidates if layer in layers and _is_alike(layer, stored))
    return next(alike, None)


def open_layer(
    viewer: ViewerModel, stored: StoredArray, name: str, data: Any, **look: Any
) -> Layer:
    """Add a layer with `data` at the place of an array; where the viewer looks stays."""
    placed = stored.placed
    units = WorldUnits.of_viewer(viewer, placed.known)
    arguments = {**layer_arguments(placed, units), **look}
    add = viewer.add_image if "contrast_limits" in look else viewer.add_labels
    with view_kept(viewer):
        return add(data, name=name, metadata={_INPUT_KEY: stored.key}, **arguments)


def volume_of(layer: Layer, stored: StoredArray) -> LayerVolume:
    """A layer with the axes of the array that it shows."""
    return layer_volume(layer, tuple(stored.array.axes))


def _different(config: RunConfig) -> list[RawGTDatasetConfig]:
    """One dataset for each pair of arrays: parts of one volume are the same volume."""
    found: dict[tuple[str, str], RawGTDatasetConfig] = {}
    for dataset in _datasets(config):
        pair = (_key(_source(dataset.raw_config)), _key(_source(dataset.gt_config)))
        found.setdefault(pair, dataset)
    return list(found.values())


def _datasets(config: RunConfig) -> Iterator[RawGTDatasetConfig]:
    for kind in ("train_configs", "validate_configs"):
        for dataset in getattr(config.datasplit_config, kind, ()):
            if isinstance(dataset, RawGTDatasetConfig):
                yield dataset


def _open(dataset: RawGTDatasetConfig) -> RunInput:
    raw, labels = _stored(dataset.raw_config), _stored(dataset.gt_config)
    return RunInput(_name(raw.config, dataset.name), raw, labels, _limits(dataset.raw_config))


def _stored(config: ArrayConfig) -> StoredArray:
    source = _source(config)
    return StoredArray(source, source.array_type(source), _key(source))


def _source(config: ArrayConfig) -> ArrayConfig:
    """The array on disk from which an array follows."""
    while isinstance(inner := getattr(config, "source_array_config", None), ArrayConfig):
        config = inner
    return config


def _key(config: ArrayConfig) -> str:
    path, dataset = _path(config), getattr(config, "dataset", "")
    return f"{path}/{dataset}" if path is not None else str(config)


def _path(config: ArrayConfig) -> Path | None:
    path = getattr(config, "file_name", None) or getattr(config, "file", None)
    return path if isinstance(path, Path) else None


def _name(config: ArrayConfig, otherwise: str) -> str:
    path = _path(config)
    return path.name.split(".")[0] if path is not None else otherwise or "volume"


def _limits(config: ArrayConfig) -> tuple[float, float] | None:
    low, high = getattr(config, "min", None), getattr(config, "max", None)
    return (low, high) if isinstance(low, float) and isinstance(high, float) else None


def _is_alike(layer: Layer, stored: StoredArray) -> bool:
    """Whether a layer has the voxels of an array, at its place."""
    array = stored.array
    try:
        volume = volume_of(layer, stored)
    except DataError:
        return False
    if volume.shape != tuple(array.data.shape):
        return False
    here = np.array([volume.voxel_size, volume.offset], dtype=float)
    there = np.array([array.voxel_size_nm, array.offset_nm])
    return bool(np.allclose(here, there, rtol=1e-4, atol=1e-3 * there[0].min()))
