from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from napari.layers import Image, Labels

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.setup.volume_files import CorrectedVolume
from dacapo_napari.volumes.layer_volume import guess_axes, layer_volume
from dacapo_napari.volumes.volume_files import by_path, on_disk, safe_name, write_volume

ZYX = ("z", "y", "x")


def test_micrometres_become_exact_nanometres() -> None:
    layer = Labels(
        np.zeros((4, 5, 6), int),
        scale=(0.283718, 0.126786, 0.126786),
        translate=(0.283718, 0, 1.26786),
        units="um",
    )
    volume = layer_volume(layer, ZYX)
    assert volume.voxel_size == (
        Fraction("283.718"),
        Fraction("126.786"),
        Fraction("126.786"),
    )
    assert volume.offset == (Fraction("283.718"), 0, Fraction("1267.86"))
    assert volume.known
    assert volume.has_unit


def test_scale_of_one_without_unit_is_not_known() -> None:
    volume = layer_volume(Image(np.zeros((4, 5, 6))), ZYX)
    assert not volume.known
    assert "units" not in volume.attributes
    scaled = layer_volume(Image(np.zeros((4, 5, 6)), scale=(4, 1, 1)), ZYX)
    assert scaled.known
    assert not scaled.has_unit


def test_time_has_no_length() -> None:
    layer = Image(np.zeros((3, 4, 5)), scale=(2, 0.5, 0.5), units=("s", "um", "um"))
    volume = layer_volume(layer, ("t", "y", "x"))
    assert volume.voxel_size == (1, 500, 500)


def test_axis_labels_tell_the_first_axis() -> None:
    named = Image(np.zeros((3, 4, 5)), axis_labels=("time", "y", "x"))
    assert guess_axes(named) == ("t", "y", "x")
    assert guess_axes(Image(np.zeros((3, 4, 5)))) == ZYX


def test_colours_become_channels() -> None:
    layer = Image(np.zeros((4, 5, 3), np.uint8), rgb=True, scale=(0.5, 0.25), units="um")
    volume = layer_volume(layer, ("y", "x"))
    assert volume.axes == ("c", "y", "x")
    assert volume.shape == (3, 4, 5)
    assert volume.voxel_size == (500, 250)


def test_finest_level_counts() -> None:
    layer = Image([np.zeros((8, 8)), np.zeros((4, 4))], multiscale=True)
    assert layer_volume(layer, ("y", "x")).shape == (8, 8)


@pytest.mark.filterwarnings("ignore:Non-orthogonal slicing")
@pytest.mark.parametrize(
    ("place", "word"),
    [
        ({"rotate": (10, 0, 0)}, "rotated"),
        ({"shear": (0.3, 0, 0)}, "sheared"),
        ({"scale": (1, -1, 1)}, "mirrored"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(place: dict[str, Any], word: str) -> None:
    layer = Image(np.zeros((4, 5, 6)), name="tilted", **place)
    with pytest.raises(DataError, match=word) as caught:
        layer_volume(layer, ZYX)
    assert "tilted" in str(caught.value)
    assert caught.value.hint


def test_written_labels_are_read_by_the_engine(tmp_path: Path) -> None:
    ids = np.arange(4 * 70 * 6, dtype=np.int32).reshape(4, 70, 6)
    layer = Labels(ids, scale=(0.283718, 0.126786, 0.126786), translate=(2.83718, 0, 0), units="um")
    write_volume(layer_volume(layer, ZYX), tmp_path / "in.zarr", "labels")
    array = ZarrArray(ZarrArrayConfig(file_name=tmp_path / "in.zarr", dataset="labels"))
    assert array.voxel_size_nm == (283.718, 126.786, 126.786)
    assert array.offset_nm == (2837.18, 0, 0)
    assert array.axes == list(ZYX)
    np.testing.assert_array_equal(array[array.roi], ids)
    assert (tmp_path / "in.zarr" / "labels" / ".zarray").is_file()


def test_unknown_voxel_size_stays_unknown(tmp_path: Path) -> None:
    layer = Labels(np.ones((4, 5, 6), int))
    write_volume(layer_volume(layer, ZYX), tmp_path / "in.zarr", "labels")
    array = ZarrArray(ZarrArrayConfig(file_name=tmp_path / "in.zarr", dataset="labels"))
    assert not array.voxel_size_known


def test_raw_goes_by_path_only_where_the_layer_is_the_array(tmp_path: Path) -> None:
    attributes = {"voxel_size": [40, 8, 8], "offset": [0, 0, 0], "units": ["nm"] * 3}
    stored = zarr.open_array(
        str(tmp_path / "v.zarr" / "raw"), mode="w", shape=(4, 5, 6), dtype="u1"
    )
    stored.attrs.update(attributes)
    layer = Image(stored, scale=(40, 8, 8), units="nm", multiscale=False)
    found = on_disk(layer_volume(layer, ZYX))
    assert found is not None
    assert (found.container, found.dataset) == (tmp_path / "v.zarr", "raw")

    corrected = Image(stored, scale=(30, 8, 8), units="nm", multiscale=False)
    assert on_disk(layer_volume(corrected, ZYX)) is None
    said = by_path(layer_volume(corrected, ZYX))
    assert isinstance(said, CorrectedVolume)
    assert said.voxel_size == (30, 8, 8)
    in_memory = Image(stored[...], scale=(40, 8, 8), units="nm")
    assert on_disk(layer_volume(in_memory, ZYX)) is None
    assert by_path(layer_volume(in_memory, ZYX)) is None


@pytest.mark.parametrize(
    ("name", "safe"), [("a/b:c", "a_b_c"), ("..", "volume"), ("nuclei 1", "nuclei 1")]
)
def test_layer_names_become_folder_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe
