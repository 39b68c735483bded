from __future__ import annotations

import io
import operator
import zlib
from multiprocessing import get_context
from typing import Any

import gunpowder as gp
import numpy as np
import pytest
from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    ArrayConfig,
    CropArray,
    CropArrayConfig,
    IntensitiesArray,
    IntensitiesArrayConfig,
    NumpyArray,
    OnesArray,
    OnesArrayConfig,
    describe_shape,
)

Values = np.ndarray[Any, Any]
VOXEL = Coordinate(4, 2, 2)
ROI = Roi((40, 0, 0), (40, 24, 28))
PART = Roi((44, 4, 2), (8, 10, 12))
PART_BOX = (slice(1, 3), slice(2, 7), slice(1, 7))


@pytest.fixture
def array(values: Values) -> NumpyArray:
    return NumpyArray.from_np_array(values, ROI, VOXEL, ["z", "y", "x"], name="raw")


class TestNumpyArray:
    def test_reads_regions_without_a_copy(self, array: NumpyArray, values: Values) -> None:
        part = array[PART]
        np.testing.assert_array_equal(part, values[PART_BOX])
        assert np.shares_memory(part, values)

    def test_properties(self, array: NumpyArray) -> None:
        assert array.axes == array.spatial_axes == ["z", "y", "x"]
        assert (array.dims, array.num_channels, array.attrs) == (3, None, {})
        assert (array.voxel_size, array.roi, array.dtype) == (VOXEL, ROI, np.uint8)
        assert array.voxel_size_nm == (4.0, 2.0, 2.0)
        assert array.offset_nm == (40.0, 0.0, 0.0)
        assert array.writable

    def test_writes_regions(self, array: NumpyArray, values: Values) -> None:
        array[PART] = 7
        assert (values[PART_BOX] == 7).all()

    def test_what_must_not_be_written(self, values: Values) -> None:
        values.setflags(write=False)
        array = NumpyArray.from_np_array(values, ROI, VOXEL, ["z", "y", "x"], name="raw")
        with pytest.raises(DataError, match="raw is read only"):
            array[PART] = 7

    def test_channels_come_first(self, values: Values) -> None:
        last = np.stack([values, values + 1], axis=-1)
        array = NumpyArray.from_np_array(last, ROI, VOXEL, ["z", "y", "x", "c"])
        assert (array.axes, array.num_channels) == (["c", "z", "y", "x"], 2)
        np.testing.assert_array_equal(array[PART][1], values[PART_BOX] + 1)
        np.testing.assert_array_equal(array.data[0], values)

    def test_counts_in_picometres(self, array: NumpyArray, values: Values) -> None:
        fine = array.in_unit("pm")
        assert fine.voxel_size == VOXEL * 1000
        np.testing.assert_array_equal(fine[PART * 1000], values[PART_BOX])
        assert fine.voxel_size_nm == array.voxel_size_nm

    @pytest.mark.parametrize("axes", [["y", "x"], ["c", "z", "y", "x"]])
    def test_axes_must_fit(self, values: Values, axes: list[str]) -> None:
        with pytest.raises(DataError, match="axes"):
            NumpyArray.from_np_array(values, ROI, VOXEL, axes)

    def test_shape_must_fit(self, values: Values) -> None:
        with pytest.raises(DataError, match="its region"):
            NumpyArray.from_np_array(values[1:], ROI, VOXEL, ["z", "y", "x"])

    def test_is_made_from_no_config(self) -> None:
        with pytest.raises(ConfigError):
            NumpyArray(None)

    @pytest.mark.parametrize("lead", [(), (3,), (2, 3)])
    def test_from_gunpowder(self, lead: tuple[int, ...]) -> None:
        data = np.zeros((*lead, 4, 5, 6), np.float32)
        spec = gp.ArraySpec(roi=gp.Roi((0, 0, 0), (16, 10, 12)), voxel_size=VOXEL)
        array = NumpyArray.from_gp_array(gp.Array(data, spec))
        assert array.axes == [*("b", "c")[2 - len(lead) :], "z", "y", "x"]
        assert array.num_channels == (3 if lead else None)
        assert array[array.roi].shape == data.shape


class TestOnes:
    def test_ones_like_another(self, array: NumpyArray) -> None:
        ones = OnesArray.like(array)
        assert (ones.roi, ones.voxel_size, ones.axes) == (array.roi, array.voxel_size, array.axes)
        assert ones.source_array is array
        assert (ones.dtype, ones.writable, ones.num_channels) == (np.dtype(bool), False, None)
        assert ones[PART].all()
        assert ones[PART].shape == (2, 5, 6)
        assert ones.data.shape == array.data.shape

    def test_from_config(self, values: Values, write_volume: Any) -> None:
        config = OnesArrayConfig(source_array_config=write_volume(values))
        ones: OnesArray = config.array_type(config)
        assert ones[ones.roi].shape == values.shape


class TestIntensities:
    def test_scales_and_clips(self, array: NumpyArray, values: Values) -> None:
        scaled = IntensitiesArray.of(array, 50, 150)
        oracle = np.clip((values.astype(float) - 50) / 100, 0, 1)
        np.testing.assert_allclose(scaled[PART], oracle[PART_BOX], rtol=1e-6)
        np.testing.assert_allclose(np.asarray(scaled.data), oracle, rtol=1e-6)
        assert scaled[PART].dtype == scaled.dtype == np.float32

    def test_reading_leaves_the_source_alone(self, values: Values) -> None:
        floats = values.astype(np.float32)
        array = NumpyArray.from_np_array(floats.copy(), ROI, VOXEL, ["z", "y", "x"])
        IntensitiesArray.of(array, 0, 255)[ROI]
        np.testing.assert_array_equal(array.data, floats)

    def test_large_integers_keep_their_digits(self) -> None:
        big = np.array([[2**31, 2**31 + 1, 2**31 + 2]], np.uint32)
        roi = Roi((0, 0), (1, 3))
        array = NumpyArray.from_np_array(big, roi, Coordinate(1, 1), ["y", "x"])
        scaled = IntensitiesArray.of(array, 2**31, 2**31 + 2)[roi]
        np.testing.assert_allclose(scaled, [[0, 0.5, 1]])

    def test_nan_stays(self) -> None:
        data = np.array([[0.5, np.nan]], np.float32)
        roi = Roi((0, 0), (1, 2))
        array = NumpyArray.from_np_array(data, roi, Coordinate(1, 1), ["y", "x"])
        assert np.isnan(IntensitiesArray.of(array, 0, 1)[roi]).sum() == 1

    def test_range_must_not_be_empty(self, write_volume: Any, values: Values) -> None:
        with pytest.raises(ValueError, match="max must be above min"):
            IntensitiesArrayConfig(source_array_config=write_volume(values), min=3, max=3)


class TestCrop:
    @pytest.fixture
    def source(self, values: Values, write_volume: Any) -> ArrayConfig:
        sizes, offset = [283.718, 126.786, 126.786], [283.718, 0, 0]
        config: ArrayConfig = write_volume(values, voxel_size=sizes, offset=offset, units="nm")
        return config

    def test_box_in_voxels(self, source: ArrayConfig, values: Values) -> None:
        region = {"offset": (1, 2, 1), "shape": (2, 5, 6), "unit": "voxels"}
        config = CropArrayConfig(source_array_config=source, roi=region)
        crop: CropArray = config.array_type(config)
        np.testing.assert_array_equal(crop[crop.roi], values[PART_BOX])
        np.testing.assert_array_equal(np.asarray(crop.data), values[PART_BOX])
        assert crop.offset_nm == pytest.approx((2 * 283.718, 2 * 126.786, 126.786), rel=1e-12)

    def test_box_in_nanometres(self, source: ArrayConfig, values: Values) -> None:
        region = {"offset": (570, 250, 130), "shape": (567, 634, 761), "unit": "nm"}
        config = CropArrayConfig(source_array_config=source, roi=region)
        crop: CropArray = config.array_type(config)
        np.testing.assert_array_equal(crop[crop.roi], values[PART_BOX])

    def test_inner_regions(self, source: ArrayConfig, values: Values) -> None:
        region = {"offset": (1, 2, 1), "shape": (6, 5, 6), "unit": "voxels"}
        config = CropArrayConfig(source_array_config=source, roi=region)
        crop: CropArray = config.array_type(config)
        inner = Roi(crop.roi.offset + crop.voxel_size, crop.voxel_size * 2)
        np.testing.assert_array_equal(crop[inner], values[2:4, 3:5, 2:4])

    def test_funlib_region_counts_in_nanometres(self, source: ArrayConfig) -> None:
        config = CropArrayConfig(source_array_config=source, roi=Roi((284, 0, 0), (567, 500, 500)))
        assert config.roi.unit == "nm"
        assert config.array_type(config).grid.shape == (2, 4, 4)

    @pytest.mark.parametrize(
        ("offset", "shape", "sentence"),
        [((5, 0, 0), (6, 5, 6), "leaves raw, which has 10 x 12 x 14"), ((0, 0), (1, 1), "axes")],
    )
    def test_box_must_lie_inside(
        self, source: ArrayConfig, offset: Any, shape: Any, sentence: str
    ) -> None:
        region = {"offset": offset, "shape": shape, "unit": "voxels"}
        config = CropArrayConfig(source_array_config=source, roi=region)
        with pytest.raises(DataError, match=sentence):
            config.array_type(config)


@pytest.mark.parametrize("segmentation", [True, False])
def test_neuroglancer_is_served_values(
    array: NumpyArray, values: Values, segmentation: bool
) -> None:
    scaled = IntensitiesArray.of(array, 0, 255)
    for shown, expected in ((array, values), (scaled, values / np.float32(255))):
        source = shown._neuroglancer_source(segmentation)
        first, last = np.array([1, 2, 1]), np.array([3, 7, 7])
        encoded, _ = source.get_encoded_subvolume("npz", first, last, "1,1,1")
        served = np.load(io.BytesIO(zlib.decompress(encoded)))
        np.testing.assert_allclose(served, expected[PART_BOX], rtol=1e-6)
        assert source.volume_type == ("segmentation" if segmentation else "image")


def test_configs_make_the_round_trip(values: Values, write_volume: Any) -> None:
    config = IntensitiesArrayConfig(
        source_array_config=CropArrayConfig(
            source_array_config=write_volume(values),
            roi={"offset": (0, 0, 0), "shape": (2, 2, 2), "unit": "voxels"},
        ),
        min=0,
        max=255,
    )
    assert ArrayConfig.from_tag(config.to_dict()) == config


def test_arrays_are_read_in_a_spawned_process(values: Values, write_volume: Any) -> None:
    zarr_config = write_volume(values, voxel_size=[4, 2, 2])
    stored = zarr_config.array_type(zarr_config)
    region = Roi((0, 0, 0), (8, 10, 12))
    before = stored[region]
    arrays = [stored, IntensitiesArray.of(stored, 0, 255), OnesArray.like(stored)]
    with get_context("spawn").Pool(1) as pool:
        read = [pool.apply(operator.getitem, (array, region)) for array in arrays]
    np.testing.assert_array_equal(read[0], before)
    np.testing.assert_allclose(read[1], before / 255, rtol=1e-6)
    assert read[2].all()


@pytest.mark.parametrize(
    ("shape", "axes", "text"),
    [
        ((178, 250, 250), "zyx", "178 x 250 x 250: depth, height, width"),
        ((40, 512, 512), "syx", "40 x 512 x 512: 40 separate images"),
        ((40, 512, 512), "tyx", "40 x 512 x 512: 40 time points"),
        ((3, 512, 512), "cyx", "3 x 512 x 512: 3 channels"),
        ((2, 9, 8, 7), "czyx", "2 x 9 x 8 x 7: 2 channels, depth, height, width"),
        ((352, 512), "yx", "352 x 512: height, width"),
    ],
)
def test_shapes_in_words(shape: tuple[int, ...], axes: str, text: str) -> None:
    assert describe_shape(shape, tuple(axes)) == text
