from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets import (
    RawGTDataset,
    RawGTDatasetConfig,
    measure_volume,
)
from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArray, ZarrArrayConfig
from dacapo_engine.experiments.datasplits.datasets.sample_boxes import sample_boxes
from dacapo_engine.experiments.datasplits.datasets.volume_facts import measure_arrays

Values = np.ndarray[Any, Any]


def bars(background: int) -> Values:
    """Eight bars of 20 x 12 x 12 voxels, `background` voxels apart along y."""
    labels = np.zeros((20, 8 * (12 + background), 12), np.uint32)
    for number in range(8):
        first = number * (12 + background)
        labels[:, first : first + 12] = number + 1
    return labels


class Endless:
    """An array-like larger than memory that counts what is read of it."""

    shape = (100_000, 100_000, 100_000)
    ndim = 3

    def __init__(self, dtype: str, first_labelled: int = 0) -> None:
        self.dtype = np.dtype(dtype)
        self.first_labelled = first_labelled
        self.read = 0

    def __getitem__(self, box: tuple[slice, ...]) -> Values:
        shape = [part.stop - part.start for part in box]
        self.read += int(np.prod(shape))
        place = np.arange(box[0].start, box[0].stop).reshape(-1, 1, 1) // 16
        values = np.where(place >= self.first_labelled, place % 100 + 1, 0)
        return np.broadcast_to(values, shape).astype(self.dtype)


class TestIntensities:
    @pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "uint32", "float32"])
    def test_range_leaves_outliers_out(self, rng: np.random.Generator, dtype: str) -> None:
        raw = rng.integers(20, 101, (40, 50, 60)).astype(dtype)
        raw[0, 0, :3] = 0, 127, 127
        facts = measure_volume(raw)
        assert facts.intensity_range == (20, 100)
        assert (facts.dtype, facts.nan_share, facts.sampled) == (dtype, 0, False)

    def test_twelve_bits_in_sixteen(self, rng: np.random.Generator) -> None:
        raw = rng.integers(0, 4096, (40, 50, 60)).astype(np.uint16)
        low, high = measure_volume(raw).intensity_range
        assert low < 20
        assert 4075 < high < 4096

    def test_nan_is_found_and_left_out(self) -> None:
        raw = np.linspace(0, 1, 1000, dtype=np.float32).reshape(10, 10, 10)
        raw[0, 0, :2] = np.nan, np.inf
        facts = measure_volume(raw)
        assert facts.nan_share == pytest.approx(0.002)
        assert np.isfinite(facts.intensity_range).all()

    def test_only_nan(self) -> None:
        with pytest.raises(DataError, match="raw has no finite value"):
            measure_volume(np.full((4, 4), np.nan))

    @pytest.mark.parametrize(("value", "upper"), [(0, 1), (7, 8)])
    def test_one_value_still_has_a_range(self, value: int, upper: int) -> None:
        facts = measure_volume(np.full((8, 8), value, np.uint8))
        assert facts.intensity_range == (value, upper)

    def test_nearly_black_images_keep_their_spots(self) -> None:
        raw = np.zeros((100, 100), np.uint8)
        raw[3, 3] = 200
        assert measure_volume(raw).intensity_range == (0, 200)


class TestObjects:
    def test_sizes_of_known_objects(self) -> None:
        labels = bars(background=8)
        facts = measure_volume(labels, labels)
        assert facts.num_objects == 8
        assert facts.foreground_share == pytest.approx(12 / 20)
        assert facts.object_extent == (20, 12, 12)
        assert 10 <= facts.object_thickness <= 14
        assert facts.small_object_voxels == 20 * 12 * 12
        assert facts.has_background

    @pytest.mark.parametrize(("background", "is_one"), [(0, False), (1, False), (8, True)])
    def test_zero_as_background_or_as_a_line(self, background: int, is_one: bool) -> None:
        labels = bars(background)
        facts = measure_volume(labels, labels)
        assert facts.has_background is is_one
        assert facts.zero_thickness == pytest.approx(background, abs=1.5)

    def test_tiny_fragments_do_not_count_as_small_objects(self) -> None:
        labels = bars(background=8)
        labels[0, 13, :12] = np.arange(100, 112)
        facts = measure_volume(labels, labels)
        assert facts.num_objects == 20
        assert facts.small_object_voxels == 20 * 12 * 12

    def test_large_ids(self) -> None:
        labels = bars(background=8).astype(np.uint64)
        labels[labels > 0] += 2**60
        facts = measure_volume(labels.astype(np.uint8), labels)
        assert facts.num_objects == 8
        assert facts.object_extent == (20, 12, 12)

    def test_mask_limits_what_counts(self) -> None:
        labels = bars(background=8)
        inside = np.ones_like(labels)
        inside[labels == 0] = 0
        facts = measure_volume(labels, labels, inside)
        assert facts.foreground_share == 1
        assert not facts.has_background

    def test_separate_images_do_not_share_objects(self) -> None:
        labels = np.repeat(bars(background=8)[:1], 5, axis=0)
        assert measure_volume(labels, labels, axes=("z", "y", "x")).num_objects == 8
        images = measure_volume(labels, labels, axes=("s", "y", "x"))
        assert images.num_objects == 40
        assert images.object_extent == (1, 12, 12)
        assert 10 <= images.object_thickness <= 14

    def test_thick_slices_are_measured_in_the_plane(self) -> None:
        labels = bars(background=8)[:2]
        facts = measure_volume(labels, labels, voxel_size_nm=(40, 4, 4))
        assert 10 <= facts.object_thickness <= 14
        assert facts.anisotropy == (10, 1, 1)

    def test_raw_with_channels(self) -> None:
        labels = bars(background=8)
        raw = np.stack([labels, labels, labels])
        facts = measure_volume(raw, labels)
        assert (facts.num_channels, facts.axes) == (3, ("c", "z", "y", "x"))
        assert facts.spatial_shape == labels.shape
        assert facts.shape_text == "3 x 20 x 160 x 12: 3 channels, depth, height, width"

    def test_negative_labels(self) -> None:
        with pytest.raises(DataError, match="must not be negative, got -1"):
            measure_volume(np.zeros((9, 9)), np.full((9, 9), -1))

    def test_no_object(self) -> None:
        facts = measure_volume(np.zeros((9, 9), np.uint8), np.zeros((9, 9), np.uint8))
        assert (facts.num_objects, facts.foreground_share) == (0, 0)

    def test_labels_must_be_whole_numbers(self) -> None:
        with pytest.raises(DataError, match="Labels must be whole numbers, got float64"):
            measure_volume(np.zeros((9, 9)), np.zeros((9, 9)))


class TestLargeVolumes:
    def test_a_bounded_part_is_read(self) -> None:
        raw, labels = Endless("uint8"), Endless("uint64")
        facts = measure_volume(raw, labels)
        assert raw.read <= 2**24
        assert labels.read <= 2**24
        assert facts.sampled
        assert facts.object_thickness == pytest.approx(16, abs=1)

    def test_labels_far_from_the_middle_are_found(self) -> None:
        labels = Endless("uint32", first_labelled=5800)
        assert measure_volume(Endless("uint8"), labels).num_objects > 0

    @pytest.mark.parametrize("shape", [(5, 10_000, 10_000), (10**9,), (10**4, 10**4)])
    def test_boxes_fit_any_shape(self, shape: tuple[int, ...]) -> None:
        boxes = sample_boxes(shape, 2**18, 8)
        assert len(boxes) == 8
        for box in boxes:
            sizes = [part.stop - part.start for part in box]
            assert 2**16 < np.prod(sizes) <= 2**18
            assert all(b.start >= 0 and b.stop <= n for b, n in zip(box, shape, strict=True))


@pytest.mark.parametrize(
    ("name", "objects", "background"),
    [
        ("fib25_neurites", 402, False),
        ("gala_neurites", 87, False),
        ("ovule_nuclei3d", 54, True),
        ("dsb2018_nuclei2d", 88, True),
    ],
)
def test_real_volumes(shared_data: Path, name: str, objects: int, background: bool) -> None:
    container = shared_data / f"{name}.zarr"
    if not container.exists():
        pytest.skip(f"{name} is not there")
    raw, labels = (ZarrArrayConfig(file_name=container, dataset=d) for d in ("raw", "labels"))
    dataset = RawGTDataset(RawGTDatasetConfig(name=name, raw_config=raw, gt_config=labels))
    facts = measure_arrays(dataset.raw, dataset.gt)
    assert (facts.num_objects, facts.has_background) == (objects, background)
    assert facts.voxel_size_known is (name != "dsb2018_nuclei2d")
    assert 10 < facts.object_thickness < 40
    assert facts.small_object_voxels > 50


def test_ovule_voxels_are_exact(shared_data: Path) -> None:
    container = shared_data / "ovule_nuclei3d.zarr"
    if not container.exists():
        pytest.skip("ovule_nuclei3d is not there")
    array = ZarrArray(ZarrArrayConfig(file_name=container, dataset="raw"))
    assert array.voxel_size_nm == (283.718, 126.786, 126.786)
    assert tuple(array.voxel_size) == (283718, 126786, 126786)
