"""What is saved is read again with its ids, its voxel size and its place."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from dacapo_engine.errors import ConfigError, StoreError
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray, VoxelGrid
from dacapo_engine.segmenting.save_labels import save_labels
from dacapo_engine.setup.volume_files import array_config, parse_volume


def labels_of(values: np.ndarray[Any, Any]) -> NumpyArray:
    sizes = [Fraction("283.718"), Fraction("126.786"), Fraction("126.786")]
    grid = VoxelGrid.from_nanometres(values.shape, sizes, [Fraction(0), Fraction(1000), sizes[2]])
    return NumpyArray.from_grid(values, grid, ("z", "y", "x"))


@pytest.fixture
def values(rng: np.random.Generator) -> np.ndarray[Any, Any]:
    return rng.integers(0, 70_000, (5, 40, 30)).astype(np.int32)


@pytest.mark.parametrize("name", ["cells.zarr", "cells.ome.zarr", "cells.tif"])
def test_saved_is_read_again(tmp_path: Path, values: np.ndarray[Any, Any], name: str) -> None:
    for ids in (values, values + 1):
        save_labels(labels_of(ids), tmp_path / name)
    path = tmp_path / name / "0" if "zarr" in name else tmp_path / name
    config = array_config(parse_volume(str(path)))
    found = config.array_type(config)
    np.testing.assert_array_equal(found[found.roi], values + 1)
    np.testing.assert_allclose(found.voxel_size_nm, (283.718, 126.786, 126.786), rtol=1e-9)
    if "zarr" in name:
        np.testing.assert_allclose(found.offset_nm, (0, 1000, 126.786))
        image = zarr.open_group(str(tmp_path / name), mode="r").attrs["multiscales"][0]
        placed = image["datasets"][0]["coordinateTransformations"][1]["translation"]
        np.testing.assert_allclose(placed, (141.859, 1063.393, 190.179))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_nothing_else_is_overwritten(tmp_path: Path, values: np.ndarray[Any, Any]) -> None:
    (tmp_path / "notes.zarr").mkdir()
    (tmp_path / "notes.zarr" / "text.txt").write_text("mine")
    with pytest.raises(StoreError, match="no zarr container"):
        save_labels(labels_of(values), tmp_path / "notes.zarr")
    assert (tmp_path / "notes.zarr" / "text.txt").read_text() == "mine"
    with pytest.raises(ConfigError, match="no format"):
        save_labels(labels_of(values), tmp_path / "cells.png")
