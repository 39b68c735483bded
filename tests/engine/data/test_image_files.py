"""Images in TIFF files and pictures."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from dacapo_engine.errors import DataError, NotFoundError
from dacapo_engine.experiments.datasplits.datasets import RawGTDataset, RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    ImageArray,
    ImageArrayConfig,
    IntensitiesArrayConfig,
    TiffArray,
    TiffArrayConfig,
    tiff_array,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.recent_values import RecentValues

Values = np.ndarray[Any, Any]


def tiff(path: Path, values: Values, **options: Any) -> TiffArray:
    tifffile.imwrite(path, values, **options)
    return TiffArray(TiffArrayConfig(file=path))


@pytest.fixture
def stack(rng: np.random.Generator) -> Values:
    return rng.integers(0, 1000, (5, 7, 9)).astype(np.uint16)


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"byteorder": ">"}], ids=str)
def test_values_of_a_stack(tmp_path: Path, stack: Values, options: Any) -> None:
    array = tiff(tmp_path / "stack.tif", stack, **options)
    assert (array.axes, array.dtype, array.num_channels) == (["z", "y", "x"], np.uint16, None)
    assert not array.voxel_size_known
    np.testing.assert_array_equal(array[array.roi], stack)
    np.testing.assert_array_equal(array.data, stack)
    box = (slice(1, 3), slice(2, 7), slice(0, 4))
    np.testing.assert_array_equal(array.read_box(box), stack[box])
    assert array.read_box(box).dtype.isnative


def test_a_pickle_holds_no_values(tmp_path: Path) -> None:
    array = tiff(tmp_path / "large.tif", np.zeros((100, 100, 100), np.uint8))
    assert array.data.size == 10**6
    travelled = pickle.dumps(array)
    assert len(travelled) < 5000
    again = pickle.loads(travelled)  # noqa: S301
    assert again[array.roi].shape == (100, 100, 100)


def test_large_files_are_mapped(
    tmp_path: Path, stack: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiff_array, "_LARGE", 0)
    mapped = []
    monkeypatch.setattr(tiff_array.tifffile, "memmap", _noting(mapped, tifffile.memmap))
    for name, options in (("plain", {}), ("compressed", {"compression": "zlib"})):
        array = tiff(tmp_path / f"{name}.tif", stack, **options)
        np.testing.assert_array_equal(array[array.roi], stack)
    assert mapped == ["plain"]


def _noting(done: list[str], function: Any) -> Any:
    def call(path: Path, **options: Any) -> Any:
        found = function(path, **options)
        done.append(path.stem)
        return found

    return call


def test_few_files_are_kept() -> None:
    recent = RecentValues(most_bytes=100, most_files=3)
    reads: list[str] = []

    def get(key: str, size: int = 10) -> int:
        def read() -> Values:
            reads.append(key)
            return np.zeros(size, np.uint8)

        return int(recent.get(key, read).nbytes)

    for key in "abcabcd":
        get(key)
    assert "".join(reads) == "abcd"
    get("b")  # kept: a was used longest ago
    get("a")
    assert "".join(reads) == "abcda"
    assert get("large", 500) == 500
    get("large", 500)
    assert reads[-1] == "large"
    assert len(reads) == 6
    get("a")
    assert reads[-1] == "a"


def test_a_file_that_changes_is_read_again(tmp_path: Path, stack: Values) -> None:
    array = tiff(tmp_path / "stack.tif", stack, compression="zlib")
    assert array[array.roi].max() > 0
    tifffile.imwrite(tmp_path / "stack.tif", stack * 0, compression="zlib")
    os.utime(tmp_path / "stack.tif", (1, 1))
    assert array[array.roi].max() == 0
    tifffile.imwrite(tmp_path / "stack.tif", stack[:2])
    with pytest.raises(DataError, match="its header said"):
        array.read_box((slice(0, 1),) * 3)


def test_more_files_than_can_be_open(tmp_path: Path, stack: Values) -> None:
    paths = [tmp_path / f"{number}.tif" for number in range(100)]
    arrays = [tiff(path, stack[:1] + number) for number, path in enumerate(paths)]
    found = [int(array.data.min()) for array in arrays]
    assert found == [int(stack[:1].min()) + number for number in range(100)]


def test_sizes_of_imagej(tmp_path: Path, stack: Values) -> None:
    array = tiff(
        tmp_path / "imagej.tif", stack, imagej=True, resolution=(4, 5),
        metadata={"spacing": 0.75, "unit": "um", "axes": "ZYX"},
    )  # fmt: skip
    assert array.voxel_size_nm == pytest.approx((750, 200, 250))
    assert (array.voxel_size_known, array.axes_known) == (True, True)


def test_sizes_of_ome(tmp_path: Path, rng: np.random.Generator) -> None:
    values = rng.random((2, 3, 6, 7)).astype(np.float32)
    array = tiff(
        tmp_path / "image.ome.tif", values,
        metadata={"axes": "CZYX", "PhysicalSizeX": 0.1, "PhysicalSizeXUnit": "µm",
                  "PhysicalSizeY": 200, "PhysicalSizeYUnit": "nm", "PhysicalSizeZ": 0.5},
    )  # fmt: skip
    assert (array.axes, array.num_channels) == (["c", "z", "y", "x"], 2)
    assert array.voxel_size_nm == (500, 200, 100)
    np.testing.assert_array_equal(array[array.roi], values)


def test_sizes_of_the_resolution_tags(tmp_path: Path, stack: Values) -> None:
    array = tiff(
        tmp_path / "plane.tif", stack[0], resolution=(10_000, 20_000), resolutionunit="CENTIMETER"
    )
    assert array.axes == ["y", "x"]
    assert array.voxel_size_nm == (500, 1000)


def test_colours_are_channels(tmp_path: Path, rng: np.random.Generator) -> None:
    values = rng.integers(0, 255, (6, 7, 3)).astype(np.uint8)
    array = tiff(tmp_path / "colours.tif", values, photometric="rgb")
    assert (array.axes, array.num_channels) == (["c", "y", "x"], 3)
    np.testing.assert_array_equal(array[array.roi], values.transpose(2, 0, 1))


def test_what_somebody_says_wins(tmp_path: Path, stack: Values) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, stack)
    array = TiffArray(
        TiffArrayConfig(
            file=path, voxel_size=(0.5, 0.25, 0.25), offset=(1, 0, 0), units=("um",) * 3,
            axis_names=["z", "y", "x"],  # type: ignore[arg-type]
        )
    )  # fmt: skip
    assert array.voxel_size_nm == (500, 250, 250)
    assert array.offset_nm == (1000, 0, 0)
    images = TiffArray(TiffArrayConfig(file=path, axis_names=("s", "y", "x")))
    assert images.spatial_axes == ["s", "y", "x"]
    in_nm = TiffArray(TiffArrayConfig(file=path, voxel_size=(40, 4.5, 4.5)))
    assert (in_nm.voxel_size_nm, in_nm.voxel_size_known) == ((40, 4.5, 4.5), True)


def test_files_that_are_none(tmp_path: Path) -> None:
    text = tmp_path / "text.tif"
    text.write_text("no picture")
    with pytest.raises(DataError, match="no TIFF"):
        TiffArray(TiffArrayConfig(file=text))
    with pytest.raises(DataError, match="no picture"):
        ImageArray(ImageArrayConfig(file=text))
    for kind, config in ((TiffArray, TiffArrayConfig), (ImageArray, ImageArrayConfig)):
        assert not config(file=tmp_path / "none").verify()[0]
        with pytest.raises(NotFoundError):
            kind(config(file=tmp_path / "none"))


@pytest.mark.parametrize("mode", ["L", "1", "I;16", "P", "RGB", "RGBA", "LA"])
def test_pictures_of_every_kind(tmp_path: Path, rng: np.random.Generator, mode: str) -> None:
    grey = rng.integers(0, 255, (6, 7)).astype(np.uint16 if mode == "I;16" else np.uint8)
    expected: Values = grey
    picture = Image.fromarray(grey)
    if mode == "P":
        picture = _palette(grey)
    elif mode != "I;16":
        picture = picture.convert(mode)
        expected = np.asarray(picture)
    picture.save(tmp_path / "picture.png")
    array = ImageArray(ImageArrayConfig(file=tmp_path / "picture.png", voxel_size=(2, 4)))
    if mode in {"RGB", "RGBA"}:
        expected = expected[..., :3].transpose(2, 0, 1)
        assert (array.axes, array.num_channels) == (["c", "y", "x"], 3)
    else:
        expected = expected[..., 0] if mode == "LA" else expected
        assert (array.axes, array.num_channels) == (["y", "x"], None)
    assert array.voxel_size_nm == (2, 4)
    assert array.dtype == array[array.roi].dtype
    np.testing.assert_array_equal(array[array.roi], expected)


def _palette(ids: Values) -> Image.Image:
    picture = Image.new("P", ids.shape[::-1])
    picture.putdata(ids.ravel().tolist())
    picture.putpalette(np.random.default_rng(1).integers(0, 255, 768).tolist())
    return picture


def test_a_dataset_of_two_files(tmp_path: Path, stack: Values) -> None:
    """Labels without metadata lie where raw does."""
    tifffile.imwrite(
        tmp_path / "x.tif", stack, imagej=True, resolution=(4, 4),
        metadata={"spacing": 0.5, "unit": "um", "axes": "ZYX"},
    )  # fmt: skip
    tifffile.imwrite(tmp_path / "x_labels.tif", (stack > 500).astype(np.uint8))
    raw = TiffArrayConfig(file=tmp_path / "x.tif")
    dataset = RawGTDataset(
        RawGTDatasetConfig(
            name="x",
            raw_config=IntensitiesArrayConfig(source_array_config=raw, min=0, max=1000),
            gt_config=TiffArrayConfig(file=tmp_path / "x_labels.tif"),
        )
    )
    assert dataset.raw.roi == dataset.gt.roi
    assert dataset.gt.voxel_size_nm == (500, 250, 250)
