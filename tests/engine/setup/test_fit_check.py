"""Without a voxel size, raw and labels fit where both, or the whole of one, are alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zarr

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets import RawGTDataset, RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import CropArrayConfig, ZarrArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import RegionConfig
from dacapo_engine.setup.fit_check import check_arrays_fit


def stored(folder: Path, name: str, shape: tuple[int, ...]) -> ZarrArrayConfig:
    zarr.open_group(str(folder / "v.zarr")).create_dataset(name, data=np.ones(shape, np.uint8))
    return ZarrArrayConfig(file_name=folder / "v.zarr", dataset=name)


def dataset(raw: ArrayConfig, labels: ArrayConfig) -> RawGTDataset:
    return RawGTDataset(RawGTDatasetConfig(name="v", raw_config=raw, gt_config=labels))


def test_a_part_of_the_labels_lies_where_they_do(tmp_path: Path) -> None:
    raw, labels = (stored(tmp_path, name, (8, 16, 20)) for name in ("raw", "labels"))
    region = RegionConfig(offset=(0, 0, 0), shape=(8, 16, 15), unit="voxels")
    check_arrays_fit(dataset(raw, CropArrayConfig(source_array_config=labels, roi=region)))


def test_other_labels_lie_nobody_knows_where(tmp_path: Path) -> None:
    raw, labels = stored(tmp_path, "raw", (8, 16, 20)), stored(tmp_path, "labels", (8, 16, 15))
    with pytest.raises(DataError, match="no metadata tell where they lie"):
        check_arrays_fit(dataset(raw, labels))
