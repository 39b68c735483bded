from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits import (
    TrainValidateDataSplit,
    TrainValidateDataSplitConfig,
)
from dacapo_engine.experiments.datasplits.datasets import (
    DatasetConfig,
    RawGTDataset,
    RawGTDatasetConfig,
)
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray, VoxelGrid
from dacapo_engine.units import exact_number, exact_sizes

Values = np.ndarray[Any, Any]


def on_grid(values: Values, size: Any = 4, offset: Any = 0, known: bool = True) -> NumpyArray:
    """Values with a cubic voxel size and an offset along every axis, in nanometres."""
    sizes = exact_sizes([size] * values.ndim)
    begins = [exact_number(offset)] * values.ndim
    grid = VoxelGrid.from_nanometres(values.shape, sizes, begins, known=known)
    return NumpyArray.from_grid(values, grid, ["z", "y", "x"][-values.ndim :])


def make(raw: NumpyArray, gt: NumpyArray, mask: NumpyArray | None = None) -> RawGTDataset:
    return RawGTDataset.from_arrays("volume", raw, gt, mask)


@pytest.fixture
def labels(values: Values) -> Values:
    return (values > 128).astype(np.uint32)


class TestRawGT:
    def test_from_config(self, values: Values, labels: Values, write_volume: Any) -> None:
        size = {"voxel_size": [283.718, 126.786, 126.786], "units": "nm"}
        config = RawGTDatasetConfig(
            name="ovule/a",
            raw_config=write_volume(values, **size),
            gt_config=write_volume(labels, "labels", **size),
            mask_config=write_volume(labels, "mask", **size),
            sample_points=((283.718, 0, 126.786),),
            weight=3,
        )
        dataset: RawGTDataset = config.dataset_type(config)
        assert (dataset.weight, dataset.unit, repr(dataset)) == (3, "pm", "ds_ovule_a")
        assert dataset.raw.roi == dataset.gt.roi
        assert dataset.sample_points == [Coordinate(283718, 0, 126786)]
        assert dataset == config.dataset_type(config)
        assert hash(dataset) == hash(config.dataset_type(config))
        assert DatasetConfig.from_tag(config.to_dict()) == config
        assert set(dataset._neuroglancer_layers("t")) == {"t_raw", "t_gt", "t_mask"}
        assert set(dataset._neuroglancer_layers(exclude_layers={"raw"})) == {"gt", "mask"}

    def test_mixed_units_become_one(self, values: Values, labels: Values) -> None:
        dataset = make(on_grid(values, "2.5"), on_grid(labels[:5, :6, :7], 5))
        assert dataset.raw.voxel_size == Coordinate(2500, 2500, 2500)
        assert dataset.gt.voxel_size == Coordinate(5000, 5000, 5000)
        assert dataset.raw.roi == dataset.gt.roi

    def test_rounding_does_not_break_whole_ratios(self, values: Values, labels: Values) -> None:
        raw = on_grid(values, "108.33333333")
        dataset = make(raw, on_grid(labels[:5, :6, :7], "216.66666667"))
        assert dataset.gt.voxel_size == dataset.raw.voxel_size * 2
        assert dataset.gt.voxel_size_nm == (216.66666667,) * 3

    def test_offsets_between_the_grids(self, values: Values, labels: Values) -> None:
        dataset = make(on_grid(values, 4, 4), on_grid(labels[:5, :6, :7], 8, 4))
        assert dataset.raw.roi.offset == dataset.gt.roi.offset
        assert dataset.gt.roi.offset.is_multiple_of(dataset.gt.voxel_size)
        assert dataset.raw.offset_nm == dataset.gt.offset_nm == (4, 4, 4)

    def test_labels_of_unknown_size_take_that_of_raw(self, values: Values, labels: Values) -> None:
        dataset = make(on_grid(values, 8), on_grid(labels, 1, known=False))
        assert dataset.gt.voxel_size_nm == (8, 8, 8)
        assert dataset.gt.voxel_size_known


class TestWhatDoesNotFit:
    def test_no_whole_ratio(self, values: Values, labels: Values) -> None:
        with pytest.raises(DataError) as caught:
            make(on_grid(values, 10), on_grid(labels, 8))
        assert caught.value.message == (
            "Voxel size of raw (10 nm) and labels (8 nm) differ by a factor that is not whole."
        )
        assert caught.value.hint == "Resample one of them."

    def test_dims(self, values: Values, labels: Values) -> None:
        with pytest.raises(DataError, match=r"raw has the axes z, y, x .* labels has y, x"):
            make(on_grid(values), on_grid(labels[0]))

    def test_nothing_in_common(self, values: Values, labels: Values) -> None:
        with pytest.raises(DataError, match="nothing in common"):
            make(on_grid(values), on_grid(labels, offset=400))

    def test_no_object(self, values: Values, labels: Values) -> None:
        with pytest.raises(DataError, match=r"labels has no object\. Paint at least one object"):
            make(on_grid(values), on_grid(labels * 0))

    def test_labels_of_floats(self, values: Values, labels: Values) -> None:
        with pytest.raises(DataError, match="Labels must be whole numbers, got float32"):
            make(on_grid(values), on_grid(labels.astype(np.float32)))

    def test_negative_labels(self, values: Values, labels: Values) -> None:
        negative = labels.astype(np.int32)
        negative[-1, -1, -1] = -1
        with pytest.raises(DataError, match="must not be negative, got -1"):
            make(on_grid(values), on_grid(negative))

    def test_the_message_says_which_dataset(self, values: Values, labels: Values) -> None:
        with pytest.raises(DataError, match=r"^volume: "):
            make(on_grid(values, 10), on_grid(labels, 8))


class TestSplit:
    def test_from_config(self, values: Values, labels: Values, write_volume: Any) -> None:
        coarse = {"voxel_size": [4, 4, 4], "units": "nm"}
        fine = {"voxel_size": [4, 4, 4], "offset": [0.5, 0, 0], "units": "nm"}
        train = RawGTDatasetConfig(
            raw_config=write_volume(values, "a/raw", **coarse),
            gt_config=write_volume(labels, "a/labels", **coarse),
        )
        validate = RawGTDatasetConfig(
            raw_config=write_volume(values, "b/raw", **fine),
            gt_config=write_volume(labels, "b/labels", **fine),
        )
        config = TrainValidateDataSplitConfig(train_configs=(train,), validate_configs=(validate,))
        split: TrainValidateDataSplit = config.datasplit_type(config)
        assert [dataset.name for dataset in split.train] == ["train_0"]
        assert [dataset.name for dataset in split.validate] == ["validate_0"]
        units = {array.unit for d in split.train + split.validate for array in d.arrays.values()}
        assert units == {"pm"}
        assert split.train[0].raw[Roi((0, 0, 0), (4000, 4000, 4000))] == values[0, 0, 0]
        assert len(split._neuroglancer_layers()) == 4
        assert TrainValidateDataSplitConfig.model_validate(config.to_dict()) == config

    def test_sizes_that_differ_by_rounding_count_alike(
        self, values: Values, labels: Values
    ) -> None:
        one = RawGTDataset.from_arrays("a", on_grid(values, "283.718"), on_grid(labels, "283.718"))
        two = RawGTDataset.from_arrays("b", on_grid(values, "283.72"), on_grid(labels, "283.72"))
        split = TrainValidateDataSplit.from_datasets([one], [two])
        assert split.validate[0].raw.voxel_size == split.train[0].raw.voxel_size
        assert split.validate[0].raw.voxel_size_nm == (283.72,) * 3

    def test_different_voxel_sizes(self, values: Values, labels: Values) -> None:
        one = RawGTDataset.from_arrays("a", on_grid(values, 4), on_grid(labels, 4))
        two = RawGTDataset.from_arrays("b", on_grid(values, 8), on_grid(labels, 8))
        with pytest.raises(DataError, match="Voxel size of raw is 4 nm in a and 8 nm in b"):
            TrainValidateDataSplit.from_datasets([one], [two])

    def test_names_tell_datasets_apart(self, values: Values, labels: Values) -> None:
        one = RawGTDataset.from_arrays("a", on_grid(values), on_grid(labels))
        with pytest.raises(DataError, match="Two train datasets are called 'a'"):
            TrainValidateDataSplit.from_datasets([one, one])
