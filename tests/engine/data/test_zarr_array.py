from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import DataError, NotFoundError
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    LocalArrayIdentifier,
    LocalContainerIdentifier,
    VoxelGrid,
    ZarrArray,
    ZarrArrayConfig,
)
from dacapo_engine.units import exact_sizes

Values = np.ndarray[Any, Any]
OVULE_NM = (283.718, 126.786, 126.786)


@pytest.mark.parametrize(
    ("sizes", "unit"),
    [(OVULE_NM, "nm"), ((0.283718, 0.126786, 0.126786), "micrometer"), (OVULE_NM, "nanometer")],
)
def test_fractional_voxel_sizes_are_right_to_the_last_digit(
    values: Values, write_volume: Any, sizes: tuple[float, ...], unit: str
) -> None:
    config = write_volume(values, voxel_size=list(sizes), offset=list(sizes), units=[unit] * 3)
    array = ZarrArray(config)
    assert array.voxel_size_nm == array.offset_nm == OVULE_NM
    assert (array.unit, tuple(array.voxel_size)) == ("pm", (283718, 126786, 126786))
    region = Roi(array.voxel_size * 3, array.voxel_size * 4)
    np.testing.assert_array_equal(array[region], values[2:6, 2:6, 2:6])


def test_what_somebody_says_of_the_place_wins(values: Values, write_volume: Any) -> None:
    config = write_volume(values, voxel_size=[0.3, 0.1, 0.1], offset=[3, 0, 0], units=["um"] * 3)
    said = ZarrArray(config.replace(voxel_size=(40.5, 8, 8)))
    assert said.voxel_size_nm == (40.5, 8, 8)
    assert said.offset_nm == (3000, 0, 0)
    moved = ZarrArray(config.replace(voxel_size=(40, 8, 8), offset=(0, 16, 0)))
    assert moved.offset_nm == (0, 16, 0)
    np.testing.assert_array_equal(moved[moved.roi], values)
    with pytest.raises(DataError, match="2 numbers are given for the axes z, y, x"):
        ZarrArray(config.replace(voxel_size=(8, 8)))


@pytest.mark.parametrize("container", ["made.zarr", "made.n5"])
def test_writing_and_opening_again(tmp_path: Path, values: Values, container: str) -> None:
    grid = VoxelGrid.from_nanometres(values.shape, exact_sizes(OVULE_NM), exact_sizes(OVULE_NM))
    identifier = LocalContainerIdentifier(tmp_path / container).array_identifier("volumes/raw")
    made = ZarrArray.create_from_array_identifier(
        identifier, ["z", "y", "x"], grid.roi, None, grid.voxel_size, np.uint8, grid=grid
    )
    made[made.roi] = values
    again = ZarrArray.open_from_array_identifier(identifier, "raw again")
    assert again.name == "raw again"
    assert again.grid == made.grid == grid
    np.testing.assert_array_equal(again[again.roi], values)
    stored = again.attrs
    assert stored["voxel_size"] == stored["resolution"] == list(OVULE_NM)
    assert stored["axis_names"] == stored["axes"] == ["z", "y", "x"]
    assert (stored["offset"], stored["units"]) == (list(OVULE_NM), ["nm"] * 3)


def test_channels_and_chunks(tmp_path: Path) -> None:
    identifier = LocalArrayIdentifier(tmp_path / "made.zarr", "prediction")
    made = ZarrArray.create_from_array_identifier(
        identifier,
        ["c", "y", "x"],
        Roi((8, 0), (40, 60)),
        3,
        Coordinate(4, 2),
        np.float32,
        write_size=Coordinate(20, 10),
    )
    assert (made.num_channels, made.axes, made.dims) == (3, ["c", "y", "x"], 2)
    assert made.data.chunks == (3, 5, 5)
    region = Roi((12, 2), (8, 4))
    made[region] = np.arange(12).reshape(3, 2, 2)
    np.testing.assert_array_equal(made[region], np.arange(12).reshape(3, 2, 2))
    np.testing.assert_array_equal(made.data[:, 1:3, 1:3], made[region])
    assert made[made.roi].sum() == 66


def test_big_endian_values_come_in_native_order(write_volume: Any) -> None:
    stored = np.arange(48, dtype=">u2").reshape(6, 8)
    array = ZarrArray(write_volume(stored))
    assert array.dtype == array[array.roi].dtype == np.dtype("=u2")
    np.testing.assert_array_equal(array[array.roi], stored)


def test_what_is_there_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    identifier = LocalArrayIdentifier(tmp_path / "made.zarr", "raw")
    given: tuple[Any, ...] = (identifier, ["y", "x"], Roi((0, 0), (4, 4)), None, Coordinate(1, 1))
    made = ZarrArray.create_from_array_identifier(*given, np.uint8)
    made[made.roi] = 5
    same = ZarrArray.create_from_array_identifier(*given, np.uint8)
    assert same[same.roi].sum() == 80
    with pytest.raises(DataError, match="Something else is stored here already"):
        ZarrArray.create_from_array_identifier(*given, np.uint16)
    new = ZarrArray.create_from_array_identifier(*given, np.uint16, overwrite=True)
    assert (new.dtype, new[new.roi].sum()) == (np.dtype(np.uint16), 0)


def test_inputs_are_not_touched_by_reading(values: Values, write_volume: Any) -> None:
    config = write_volume(values, voxel_size=[4, 4, 4])
    array = ZarrArray(config)
    assert array[array.roi].shape == values.shape
    assert array.data.read_only
    readonly = ZarrArray(config.replace(mode="r"))
    assert not readonly.writable
    with pytest.raises(DataError, match="read only"):
        readonly[readonly.roi] = 0
    with pytest.raises(DataError, match="read only"):
        readonly.add_metadata({"note": 1})


def test_assigning_opens_for_writing(values: Values, write_volume: Any) -> None:
    config = write_volume(values, voxel_size=[4, 4, 4])
    array = ZarrArray(config)
    array[Roi((4, 4, 4), (8, 8, 8))] = 0
    array.add_metadata({"note": "by hand"})
    again = ZarrArray(config)
    assert not again[Roi((4, 4, 4), (8, 8, 8))].any()
    assert again.attrs["note"] == "by hand"


def test_pickles_are_small_and_hold_no_data(values: Values, write_volume: Any) -> None:
    array = ZarrArray(write_volume(values, voxel_size=[4, 4, 4]))
    array[array.roi]
    pickled = pickle.dumps(array)
    assert len(pickled) < 2000
    again = pickle.loads(pickled)  # noqa: S301 - of our own making
    np.testing.assert_array_equal(again[again.roi], values)


class TestMetadata:
    def test_attributes_of_the_group_count_for_arrays_without(
        self, values: Values, write_volume: Any
    ) -> None:
        group = {"voxel_size": [40, 4, 4], "offset": [80, 0, 0], "axis_names": ["z", "y", "x"]}
        array = ZarrArray(write_volume(values, group_attrs=group))
        assert array.voxel_size_nm == (40, 4, 4)
        assert array.offset_nm == (80, 0, 0)
        assert array.axes_known

    def test_attributes_of_the_array_come_first(self, values: Values, write_volume: Any) -> None:
        group = {"voxel_size": [1, 2, 3], "offset": [80, 0, 0]}
        array = ZarrArray(write_volume(values, group_attrs=group, resolution=[40, 4, 4]))
        assert array.voxel_size_nm == (40, 4, 4)
        assert array.offset_nm == (0, 0, 0)

    @pytest.mark.parametrize(
        ("attrs", "known"),
        [
            ({}, False),
            ({"voxel_size": [1, 1, 1]}, False),
            ({"voxel_size": [1, 1, 1], "units": ["", "", ""]}, False),
            ({"voxel_size": [1, 1, 1], "units": ["nm"] * 3}, True),
            ({"voxel_size": [4, 4, 4], "units": ["pixel"] * 3}, False),
            ({"voxel_size": [4, 4, 4]}, True),
            ({"voxel_size": [4, 4, 4], "units": ["", "", ""]}, True),
        ],
        ids=["none", "ones", "ones-empty", "ones-nm", "pixel", "sizes", "sizes-empty"],
    )
    def test_voxel_size_known(
        self, values: Values, write_volume: Any, attrs: dict[str, Any], known: bool
    ) -> None:
        array = ZarrArray(write_volume(values, **attrs))
        assert array.voxel_size_known is known
        assert array.unit == "nm"

    @pytest.mark.parametrize(
        ("shape", "axes"),
        [((6, 7), "yx"), ((5, 6, 7), "zyx"), ((2, 5, 6, 7), "czyx"), ((3, 2, 5, 6, 7), "sczyx")],
        ids=lambda value: "x".join(map(str, value)) if isinstance(value, tuple) else value,
    )
    def test_axes_follow_from_their_number(
        self, write_volume: Any, shape: tuple[int, ...], axes: str
    ) -> None:
        array = ZarrArray(write_volume(np.zeros(shape, np.uint8)))
        assert array.axes == list(axes)
        assert not array.axes_known

    def test_two_sizes_for_three_axes_mean_channels(self, write_volume: Any) -> None:
        array = ZarrArray(write_volume(np.zeros((3, 6, 7), np.uint8), voxel_size=[4, 4]))
        assert array.axes == ["c", "y", "x"]
        assert array.voxel_size_nm == (4, 4)

    @pytest.mark.parametrize("names", [["c^", "y", "x"], ["channel", "height", "width"]])
    def test_names_in_words(self, write_volume: Any, names: list[str]) -> None:
        array = ZarrArray(write_volume(np.zeros((3, 6, 7), np.uint8), axis_names=names))
        assert (array.axes, array.axes_known) == (["c", "y", "x"], True)

    def test_axes_of_the_config_win(self, values: Values, write_volume: Any) -> None:
        attrs = {"voxel_size": [40, 4, 2], "axis_names": ["z", "y", "x"], "units": "nm"}
        config = write_volume(values, **attrs)
        images = ZarrArray(config.replace(axes=("s", "y", "x")))
        assert (images.axes, images.dims, images.axes_known) == (["s", "y", "x"], 3, True)
        channels = ZarrArray(config.replace(axes=("c", "y", "x")))
        assert (channels.dims, channels.num_channels) == (2, 10)
        assert channels.voxel_size_nm == (4, 2)
        turned = ZarrArray(config.replace(axes=("x", "y", "z")))
        assert turned.voxel_size_nm == (2, 4, 40)
        np.testing.assert_array_equal(turned[turned.roi], values.T)
        np.testing.assert_array_equal(np.asarray(turned.data), values.T)

    def test_time_is_no_length(self, values: Values, write_volume: Any) -> None:
        attrs = {"voxel_size": [0.5, 4, 4], "axes": ["t", "y", "x"], "units": ["s", "nm", "nm"]}
        array = ZarrArray(write_volume(values, **attrs))
        assert array.voxel_size_nm == (1, 4, 4)
        assert array.unit == "nm"
        assert array.voxel_size_known

    def test_n5_tools_write_x_first(self, values: Values, write_volume: Any) -> None:
        array = ZarrArray(write_volume(values, container="volume.n5", resolution=[2, 4, 40]))
        assert array.voxel_size_nm == (40, 4, 2)


def test_snap_to_grid_shrinks_the_region(values: Values, write_volume: Any) -> None:
    config = write_volume(
        values, voxel_size=[4, 4, 4], offset=[4, 0, 0], config={"snap_to_grid": (8, 8, 8)}
    )
    array = ZarrArray(config)
    assert array.roi == Roi((8, 0, 0), (32, 48, 56))
    np.testing.assert_array_equal(array[array.roi], values[1:9])
    np.testing.assert_array_equal(np.asarray(array.data), values[1:9])
    with pytest.raises(DataError, match="not a whole multiple of the voxel size, 4 nm"):
        ZarrArray(config.replace(snap_to_grid=(6, 8, 8)))


def test_funlib_sees_whole_sizes(values: Values, write_volume: Any) -> None:
    array = ZarrArray(write_volume(values, voxel_size=list(OVULE_NM), units="nm"))
    region = Roi(array.voxel_size * 2, array.voxel_size * 3)
    daisy = array._daisy_array
    assert daisy.voxel_size == array.voxel_size
    np.testing.assert_array_equal(daisy[region], array[region])


def test_neuroglancer_layers(values: Values, write_volume: Any) -> None:
    attrs = {"voxel_size": [40, 4, 4], "offset": [80, 0, 0], "units": "nm"}
    array = ZarrArray(write_volume(values, **attrs))
    assert array._can_neuroglance()
    assert array._source_name() == "raw"
    assert array._transform_matrix() == [[40, 0, 0, 80], [0, 4, 0, 0], [0, 0, 4, 0]]
    dimensions = array._output_dimensions()
    assert dimensions.names == ("z", "y", "x")
    np.testing.assert_allclose(dimensions.scales, [40e-9, 4e-9, 4e-9])
    source = array._neuroglancer_source()
    assert tuple(source.voxel_offset) == (2, 0, 0)
    assert array._neuroglancer_layer().type == "image"
    assert array._neuroglancer_layer(segmentation=True).type == "segmentation"


class TestBadInput:
    def test_no_such_container(self, tmp_path: Path) -> None:
        with pytest.raises(NotFoundError, match=r"none\.zarr does not exist"):
            ZarrArray(ZarrArrayConfig(file_name=tmp_path / "none.zarr", dataset="raw"))

    def test_no_such_dataset_lists_those_that_are(self, values: Values, write_volume: Any) -> None:
        write_volume(values, dataset="volumes/labels")
        config = write_volume(values)
        with pytest.raises(NotFoundError) as caught:
            ZarrArray(config.replace(dataset="rwa"))
        assert caught.value.message == "There is no dataset 'rwa' in volume.zarr."
        assert caught.value.hint == "There is raw, volumes/labels."

    def test_a_group_is_no_array(self, values: Values, write_volume: Any) -> None:
        config = write_volume(values, dataset="volumes/labels")
        with pytest.raises(DataError, match=r"volumes is a group .* There is volumes/labels"):
            ZarrArray(config.replace(dataset="volumes"))

    def test_not_a_container_at_all(self, tmp_path: Path) -> None:
        (tmp_path / "plain.zarr").mkdir()
        with pytest.raises(NotFoundError, match="No dataset was found in it"):
            ZarrArray(ZarrArrayConfig(file_name=tmp_path / "plain.zarr", dataset="raw"))

    def test_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "stack.tif").write_bytes(b"II*")
        with pytest.raises(DataError, match=r"stack\.tif is a file; expected a zarr"):
            ZarrArray(ZarrArrayConfig(file_name=tmp_path / "stack.tif", dataset="raw"))

    def test_damaged_metadata(self, values: Values, write_volume: Any) -> None:
        config = write_volume(values)
        (config.file_name / "raw" / ".zarray").write_text("{")
        with pytest.raises(DataError, match="The dataset cannot be opened"):
            ZarrArray(config)

    def test_zarr_format_3(self, tmp_path: Path) -> None:
        (tmp_path / "new.zarr" / "raw").mkdir(parents=True)
        (tmp_path / "new.zarr" / "raw" / "zarr.json").write_text("{}")
        with pytest.raises(DataError, match="zarr format 3"):
            ZarrArray(ZarrArrayConfig(file_name=tmp_path / "new.zarr", dataset="raw"))

    def test_values_that_are_no_numbers(self, write_volume: Any) -> None:
        with pytest.raises(DataError, match="Expected numbers, got values of type"):
            ZarrArray(write_volume(np.full((4, 4), "text")))

    def test_no_voxels(self, write_volume: Any) -> None:
        with pytest.raises(DataError, match="The dataset has no voxels"):
            ZarrArray(write_volume(np.zeros((0, 4, 4), np.uint8)))

    def test_one_axis(self, write_volume: Any) -> None:
        with pytest.raises(DataError, match="2 to 5 axes, got 1"):
            ZarrArray(write_volume(np.zeros(4, np.uint8)))

    @pytest.mark.parametrize("sizes", [[0, 4, 4], [-4, 4, 4]])
    def test_sizes_of_nothing(self, values: Values, write_volume: Any, sizes: list[int]) -> None:
        with pytest.raises(DataError, match="above zero along every axis, got"):
            ZarrArray(write_volume(values, voxel_size=sizes))

    def test_sizes_that_are_no_numbers(self, values: Values, write_volume: Any) -> None:
        with pytest.raises(DataError, match="Voxel size: Expected a finite number, got nan"):
            ZarrArray(write_volume(values, voxel_size=[float("nan"), 4, 4]))

    def test_too_few_sizes(self, values: Values, write_volume: Any) -> None:
        with pytest.raises(DataError, match="voxel size has 2 numbers, the spatial axes are z"):
            ZarrArray(write_volume(values, voxel_size=[4, 4], axes=["z", "y", "x"]))

    def test_unknown_unit(self, values: Values, write_volume: Any) -> None:
        with pytest.raises(DataError, match="Axis z: 'furlong' is not a unit of length"):
            ZarrArray(write_volume(values, voxel_size=[4, 4, 4], units=["furlong"] * 3))

    def test_axes_that_do_not_fit(self, values: Values, write_volume: Any) -> None:
        config = write_volume(values, config={"axes": ("c", "z", "y", "x")})
        with pytest.raises(DataError, match="do not fit an array of 10 x 12 x 14"):
            ZarrArray(config)


class TestIdentifiers:
    @pytest.mark.parametrize(
        ("text", "container", "dataset"),
        [
            ("a/b.zarr/raw", "a/b.zarr", "raw"),
            ("b.n5/volumes/raw/", "b.n5", "volumes/raw"),
            ("b.zarr", "b.zarr", ""),
            ("out.zarr/b.zarr/s0", "out.zarr/b.zarr", "s0"),
        ],
    )
    def test_container_and_dataset_in_one_text(
        self, text: str, container: str, dataset: str
    ) -> None:
        identifier = LocalArrayIdentifier.parse(text.replace("/", os.sep))
        assert identifier == LocalArrayIdentifier(Path(container), dataset)

    def test_text_without_a_container(self) -> None:
        with pytest.raises(ValueError, match="names no zarr or n5 container"):
            LocalArrayIdentifier.parse("folder/raw")


def test_a_container_that_is_the_array(tmp_path: Path, values: Values) -> None:
    stored = zarr.open(
        str(tmp_path / "plain.zarr"), mode="w", shape=values.shape, dtype=values.dtype
    )
    stored[:] = values
    array = ZarrArray(ZarrArrayConfig(file_name=tmp_path / "plain.zarr", dataset=""))
    assert array.name == "plain"
    np.testing.assert_array_equal(array[array.roi], values)
