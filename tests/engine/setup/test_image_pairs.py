"""Images find their labels by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dacapo_engine.errors import ConfigError, DataError, NotFoundError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.setup.crop_list import read_crops
from dacapo_engine.setup.image_pairs import ImagePair, find_pairs, find_splits, list_pairs
from dacapo_engine.setup.volume_files import VolumeFiles, parse_volume


def put(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def names(pairs: list[VolumeFiles], folder: Path) -> list[tuple[str, str]]:
    return [
        (pair.raw.relative_to(folder).as_posix(), pair.labels.relative_to(folder).as_posix())
        for pair in pairs
        if isinstance(pair.raw, Path) and isinstance(pair.labels, Path)
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["b.tif", "b_labels.tif", "a.tif", "a_labels.tif", "alone.tif"],
         [("a.tif", "a_labels.tif"), ("b.tif", "b_labels.tif")]),
        (["000_img.png", "000_masks.png", "001_img.png", "001_masks.png"],
         [("000_img.png", "000_masks.png"), ("001_img.png", "001_masks.png")]),
        (["x.png", "x_cp_masks.png", "x_seg.npy"], [("x.png", "x_cp_masks.png")]),
        (["images/1.tif", "images/2.tif", "masks/1.tif", "masks/2.tif", "masks/3.tif"],
         [("images/1.tif", "masks/1.tif"), ("images/2.tif", "masks/2.tif")]),
        (["Images/a.TIFF", "Labels/a_label.png", "notes.txt"],
         [("Images/a.TIFF", "Labels/a_label.png")]),
        (["x.ome.tif", "x_labels.ome.tif", ".x_labels.tif"], [("x.ome.tif", "x_labels.ome.tif")]),
        (["_labels.tif", "_labels_labels.tif"], [("_labels.tif", "_labels_labels.tif")]),
    ],
    ids=["endings", "cellpose", "cellpose output", "stardist", "suffixes", "ome", "odd"],
)  # fmt: skip
def test_pairs_in_one_folder(
    tmp_path: Path, files: list[str], expected: list[tuple[str, str]]
) -> None:
    assert names(find_pairs(put(tmp_path, *files)), tmp_path) == expected


def test_pairs_in_two_folders(tmp_path: Path) -> None:
    put(tmp_path, "scans/a.tif", "scans/b.tif", "truth/a.png", "truth/b_masks.png")
    found = find_pairs(tmp_path / "scans", tmp_path / "truth")
    assert names(found, tmp_path) == [
        ("scans/a.tif", "truth/a.png"),
        ("scans/b.tif", "truth/b_masks.png"),
    ]


def test_train_and_test_folders(tmp_path: Path) -> None:
    put(
        tmp_path, "train/images/a.tif", "train/masks/a.tif", "test/images/b.tif", "test/masks/b.tif"
    )
    train, validation = find_splits(tmp_path)
    assert names(train, tmp_path) == [("train/images/a.tif", "train/masks/a.tif")]
    assert names(validation, tmp_path) == [("test/images/b.tif", "test/masks/b.tif")]
    only = put(tmp_path / "other", "a.tif", "a_masks.tif")
    assert names(find_splits(only)[0], only) == [("a.tif", "a_masks.tif")]
    assert find_splits(only)[1] == []


def test_what_cannot_be_paired(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No image has labels"):
        find_pairs(put(tmp_path / "a", "x.tif", "y_labels.tif"))
    with pytest.raises(DataError, match="both labels of x"):
        find_pairs(put(tmp_path / "b", "x.tif", "x_labels.tif", "x_masks.tif"))
    with pytest.raises(ConfigError, match="no folder"):
        find_pairs(tmp_path / "none")


def test_what_has_no_partner_is_listed(tmp_path: Path) -> None:
    put(
        tmp_path, "a.tif", "a_labels.tif", "b.tif", "c_labels.tif", "d.tif", "d_seg.tif", "d_gt.tif"
    )
    rows = list_pairs(tmp_path)
    assert rows[0] == ImagePair(tmp_path / "a.tif", tmp_path / "a_labels.tif")
    said = {(row.image or row.labels or tmp_path).name: row.problem for row in rows[1:]}
    assert said == {
        "b.tif": "no labels of this name",
        "d.tif": "d_gt.tif and d_seg.tif are both its labels",
        "c_labels.tif": "no image of this name",
    }
    truth = put(tmp_path / "truth", "b.png").resolve()
    images = [row.image.name for row in list_pairs(tmp_path, truth) if row.image]
    assert images == ["a.tif", "b.tif", "d.tif"]


def test_crops_of_a_list(tmp_path: Path) -> None:
    table = tmp_path / "crops.csv"
    table.write_text(
        "split,raw,labels\n"
        "train, a.zarr/1/raw, a.zarr/1/labels\n"
        "\n"
        "val,b.tif,b_labels.tif\n"
        "TRAIN,a.zarr,2/raw,a.zarr,2/labels\n",
        encoding="utf-8",
    )
    train, validate = read_crops(table)
    container = tmp_path / "a.zarr"
    assert train == [
        VolumeFiles(
            LocalArrayIdentifier(container, f"{n}/raw"),
            LocalArrayIdentifier(container, f"{n}/labels"),
        )
        for n in (1, 2)
    ]
    assert validate == [VolumeFiles(tmp_path / "b.tif", tmp_path / "b_labels.tif")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("train,a.zarr/raw\n", "Expected 3 or 5 columns, got 2"),
        ("train,a.zarr/r,a.zarr/l\nother,a.zarr/r,a.zarr/l\n", "row 2: Expected train or val"),
        ("val,a.zarr/r,a.zarr/l\n", "No row"),
        ("train,a.doc,b.doc\n", "row 1"),
    ],
    ids=["columns", "kind", "nothing", "files"],
)
def test_lists_that_cannot_be_read(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "crops.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=sentence):
        read_crops(tmp_path / "crops.csv")
    with pytest.raises(NotFoundError):
        read_crops(tmp_path / "none.csv")


def test_words_that_name_volumes(tmp_path: Path) -> None:
    assert parse_volume("a.zarr/raw") == LocalArrayIdentifier(Path("a.zarr"), "raw")
    assert parse_volume("dir/image.PNG") == Path("dir/image.PNG")
    assert parse_volume(str(tmp_path)) == tmp_path
    with pytest.raises(ConfigError, match="no image file"):
        parse_volume("movie.avi")
