from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from funlib.geometry import Roi

from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArray, ZarrArrayConfig

Values = np.ndarray[Any, Any]
AXES = [
    {"name": "t", "type": "time", "unit": "second"},
    {"name": "c", "type": "channel"},
    {"name": "z", "type": "space", "unit": "micrometer"},
    {"name": "y", "type": "space", "unit": "micrometer"},
    {"name": "x", "type": "space", "unit": "micrometer"},
]


def scale(*sizes: float) -> dict[str, Any]:
    return {"type": "scale", "scale": list(sizes)}


def shift(*begins: float) -> dict[str, Any]:
    return {"type": "translation", "translation": list(begins)}


def write_ome(folder: Path, levels: list[Values], steps: list[list[Any]], **image: Any) -> Path:
    path = folder / "image.zarr"
    group = zarr.open(str(path), mode="a").require_group("em")
    datasets = []
    for number, (values, transformations) in enumerate(zip(levels, steps, strict=True)):
        group.create_dataset(f"s{number}", data=values)
        datasets.append({"path": f"s{number}", "coordinateTransformations": transformations})
    multiscale = {"version": "0.4", "axes": AXES, "datasets": datasets} | image
    group.attrs["multiscales"] = [multiscale]
    return path


@pytest.fixture
def five_axes(values: Values) -> Values:
    return np.stack([values, values + 1])[np.newaxis]


@pytest.mark.parametrize("dataset", ["em/s0", "em", "/em/s0/"])
def test_scale_translation_axes_and_units(tmp_path: Path, five_axes: Values, dataset: str) -> None:
    steps = [scale(0.5, 1, 0.283718, 0.126786, 0.126786), shift(0, 0, 0.283718, 0, 0)]
    path = write_ome(tmp_path, [five_axes], [steps])
    array = ZarrArray(ZarrArrayConfig(file_name=path, dataset=dataset))
    assert array.voxel_size_nm == (283.718, 126.786, 126.786)
    assert array.offset_nm == (283.718, 0, 0)
    assert (array.axes, array.num_channels) == (["c", "z", "y", "x"], 2)
    assert array.axes_known
    assert array.voxel_size_known
    region = Roi(array.roi.offset, array.voxel_size * 3)
    np.testing.assert_array_equal(array[region], five_axes[0, :, :3, :3, :3])
    np.testing.assert_array_equal(np.asarray(array.data), five_axes[0])


def test_transformations_of_the_image_come_after_those_of_the_level(
    tmp_path: Path, five_axes: Values
) -> None:
    path = write_ome(
        tmp_path,
        [five_axes],
        [[scale(1, 1, 2, 1, 1), shift(0, 0, 3, 0, 0)]],
        coordinateTransformations=[scale(1, 1, 0.01, 0.01, 0.01), shift(0, 0, 0, 0.02, 0)],
    )
    array = ZarrArray(ZarrArrayConfig(file_name=path, dataset="em/s0"))
    assert array.voxel_size_nm == (20, 10, 10)
    assert array.offset_nm == (30, 20, 0)


@pytest.mark.parametrize("with_translation", [True, False])
def test_levels_share_a_corner(tmp_path: Path, five_axes: Values, with_translation: bool) -> None:
    centre = [shift(0, 0, 0.002, 0.002, 0.002)] if with_translation else []
    path = write_ome(
        tmp_path,
        [five_axes, five_axes[..., ::2, ::2, ::2]],
        [[scale(1, 1, 0.004, 0.004, 0.004)], [scale(1, 1, 0.008, 0.008, 0.008), *centre]],
    )
    fine, coarse = (
        ZarrArray(ZarrArrayConfig(file_name=path, dataset=f"em/s{level}")) for level in (0, 1)
    )
    assert fine.roi == coarse.roi == Roi((0, 0, 0), (40, 48, 56))


def test_scale_without_a_unit_is_not_known(tmp_path: Path, five_axes: Values) -> None:
    axes = [{"name": axis["name"], "type": axis["type"]} for axis in AXES]
    path = write_ome(tmp_path, [five_axes], [[scale(1, 1, 1, 1, 1)]], axes=axes)
    array = ZarrArray(ZarrArrayConfig(file_name=path, dataset="em/s0"))
    assert not array.voxel_size_known


def test_a_plane_stored_with_five_axes_is_an_image(tmp_path: Path, values: Values) -> None:
    plane = values[:1][np.newaxis, np.newaxis]
    path = write_ome(tmp_path, [plane], [[scale(1, 1, 1, 0.5, 0.5)]])
    array = ZarrArray(ZarrArrayConfig(file_name=path, dataset="em/s0"))
    assert array.axes == ["c", "y", "x"]
    np.testing.assert_array_equal(array[array.roi][0], values[0])


def test_attributes_of_the_array_or_ome_first(tmp_path: Path, five_axes: Values) -> None:
    path = write_ome(tmp_path, [five_axes], [[scale(1, 1, 0.01, 0.01, 0.01)]])
    own = {
        "voxel_size": [1, 1, 8, 8, 8],
        "axis_names": list("tczyx"),
        "units": ["s", "", "nm", "nm", "nm"],
    }
    zarr.open(str(path), mode="a")["em/s0"].attrs.update(own)
    config = ZarrArrayConfig(file_name=path, dataset="em/s0")
    assert ZarrArray(config).voxel_size_nm == (8, 8, 8)
    assert ZarrArray(config.replace(ome_metadata=True)).voxel_size_nm == (10, 10, 10)
