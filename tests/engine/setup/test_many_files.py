"""Runs set up for many small files, and for thin stacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import torch
import zarr
from click.testing import CliRunner
from PIL import Image

from dacapo_engine.apply import choose_weights
from dacapo_engine.cli import cli
from dacapo_engine.errors import DataError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    CropArrayConfig,
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.holdout import held_back, is_scored_on_training_data, middle_box
from dacapo_engine.setup.image_pairs import find_pairs
from dacapo_engine.setup.setup_run import set_up_run
from dacapo_engine.setup.volume_files import CorrectedVolume, VolumeFiles
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.train import train_run
from dacapo_engine.validate import MEAN_OF_DATASETS
from dacapo_engine.yaml_file import read_config

Values = np.ndarray[Any, Any]


def disks(*shape: int, seed: int = 0) -> tuple[Values, Values]:
    """Bright squares on a dark ground in every slice, and their ids."""
    labels = np.zeros(shape, np.uint16)
    for number, (y, x) in enumerate(np.ndindex(shape[-2] // 12, shape[-1] // 12), 1):
        labels[..., 12 * y + 2 : 12 * y + 9, 12 * x + 2 : 12 * x + 9] = number
    noise = np.random.default_rng(seed).normal(0, 10, shape)
    return np.clip((labels > 0) * 120 + 60 + noise, 0, 255).astype(np.uint8), labels


def split_of(config: RunConfig) -> tuple[list[RawGTDatasetConfig], list[RawGTDatasetConfig]]:
    split = config.datasplit_config
    assert isinstance(split, TrainValidateDataSplitConfig)
    return list(split.train_configs), list(split.validate_configs)  # type: ignore[arg-type]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Six images of different sizes with labels beside them; one has no object."""
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(6):
        raw, labels = disks(60 + 4 * number, 72, seed=number)
        tifffile.imwrite(folder / f"cell{number}.tif", raw)
        labels = labels if number != 2 else labels * 0
        Image.fromarray(labels).save(folder / f"cell{number}_masks.png")
    return folder


def small(config: RunConfig, **fields: Any) -> RunConfig:
    network = config.architecture_config
    assert isinstance(network, CNNectomeUNetConfig)
    patch = tuple(min(extent, 24) for extent in network.input_shape)
    return config.replace(
        num_threads=1,
        architecture_config=network.replace(num_fmaps=3, fmaps_out=3, fmap_inc_factor=2,
                                            input_shape=patch),
        trainer_config=config.trainer_config.replace(num_data_fetchers=0, precision="float32"),
        **fields,
    )  # fmt: skip


def test_images_are_divided_whole(images: Path) -> None:
    setup = set_up_run(find_pairs(images), name="cells", preset="tiny")
    train, validate = split_of(setup.config)
    assert [c.name for c in train] == ["cell0", "cell1", "cell4", "cell5"]
    assert [c.name for c in validate] == ["cell3"]
    assert not any(isinstance(c.gt_config, CropArrayConfig) for c in (*train, *validate))
    assert setup.facts.shape == (60, 72)
    text = " ".join(setup.sentences)
    assert "1 of 6 images have no object" in text
    assert "1 of 5 images (cell3)" in text


def test_many_files_train(images: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    config = small(set_up_run(find_pairs(images), name="cells", preset="tiny").config,
                   num_iterations=3, validation_interval=3)  # fmt: skip
    train_run(Run(config), runs=tmp_path / "runs", device="cpu")
    folder = RunFolder.of(tmp_path / "runs", "cells")
    assert len(read_rows(folder.training_stats_file)) == 3
    assert {row["dataset"] for row in read_rows(folder.validation_scores_file)} == {"cell3"}


def test_best_over_all_images_and_segmenting_one(images: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    pairs = find_pairs(images)
    config = small(set_up_run(pairs[:2], [pairs[3], pairs[4]], name="cells", preset="tiny").config,
                   num_iterations=4, validation_interval=2)  # fmt: skip
    train_run(Run(config), runs=tmp_path / "runs", device="cpu")
    folder = RunFolder.of(tmp_path / "runs", "cells")

    # Oracle: the mean over both images of each iteration and setting.
    values: dict[tuple[int, int], list[float]] = {}
    for row in read_rows(folder.validation_scores_file):
        key = row["iteration"], row["parameters"]["id"]
        values.setdefault(key, []).append(row["scores"]["voi"])
    assert all(len(of_images) == 2 for of_images in values.values())
    means = {key: sum(of_images) / 2 for key, of_images in values.items()}
    record = read_json(folder.best_file(MEAN_OF_DATASETS, "voi"))
    assert record is not None
    assert record["value"] == pytest.approx(min(means.values()))
    assert means[record["iteration"], record["parameters"]["id"]] == pytest.approx(record["value"])

    choice = choose_weights(folder, "best", "voi")
    assert (choice.iteration, choice.parameters.id) == (
        record["iteration"],
        record["parameters"]["id"],
    )
    for name in ("cell3", "cell4"):
        best = read_json(folder.best_file(name, "voi"))
        assert best is not None
        assert (folder.validation_container / str(best["iteration"]) / name).is_dir()

    target = tmp_path / "result.zarr" / "objects"
    words = ["segment", folder.path, "--input", images / "cell5.tif", "--output", target,
             "--device", "cpu"]  # fmt: skip
    result = CliRunner().invoke(cli, list(map(str, words)))
    assert result.exit_code == 0, result.output
    assert zarr.open_group(str(tmp_path / "result.zarr"), mode="r")["objects"].shape == (80, 72)


def test_no_image_has_an_object(images: Path) -> None:
    pairs = find_pairs(images)
    empty = [pairs[2], pairs[2]]
    with pytest.raises(DataError, match="None of 2 images has an object"):
        set_up_run(empty, name="cells")


@pytest.mark.parametrize(
    ("count", "expected"),
    [(2, [1]), (3, [1]), (5, [2]), (10, [2, 7]), (20, [2, 7, 12, 17])],
    ids=str,
)
def test_held_back_images_are_spread(count: int, expected: list[int]) -> None:
    assert held_back(count) == expected


def test_large_held_back_volumes_are_scored_in_their_middle() -> None:
    assert middle_box((40, 100, 100)) == ((0, 0, 0), (40, 100, 100))
    begin, shape = middle_box((400, 400, 400))
    assert np.prod(shape) <= 1_500_000
    assert all(abs(2 * b + s - 400) <= 1 + 2 * 12 for b, s in zip(begin, shape, strict=True))


@pytest.mark.parametrize("slices", [1, 2, 3, 5, 9])
def test_a_thin_stack_trains(tmp_path: Path, slices: int) -> None:
    torch.set_num_threads(1)
    raw, labels = disks(slices, 60, 72)
    group = zarr.open_group(str(tmp_path / "thin.zarr"), mode="w")
    for name, values in (("raw", raw), ("labels", labels)):
        array = group.create_dataset(name, data=values)
        array.attrs.update(voxel_size=[40, 10, 10], axis_names=["z", "y", "x"])
    files = VolumeFiles(
        *(LocalArrayIdentifier(tmp_path / "thin.zarr", name) for name in ("raw", "labels"))
    )
    config = set_up_run(files, name="thin", preset="medium").config
    network = config.architecture_config
    assert isinstance(network, CNNectomeUNetConfig)
    assert network.input_shape[0] <= slices
    assert all(factor[0] == 1 for factor in network.downsample_factors) or slices >= 4
    if slices < 3:
        kernels = network.kernel_size_down or ()
        assert {kernel[0] for level in kernels for kernel in level} == {1}
    tiny = small(config, num_iterations=2, validation_interval=2)
    train_run(Run(tiny), runs=tmp_path / "runs", device="cpu")
    assert len(read_rows(RunFolder.of(tmp_path / "runs", "thin").training_stats_file)) == 2


def test_what_is_said_of_a_file_reaches_the_run(tmp_path: Path) -> None:
    raw, labels = disks(40, 60, 72)
    tifffile.imwrite(tmp_path / "raw.tif", raw)
    container = zarr.open_group(str(tmp_path / "v.zarr"), mode="w")
    container.create_dataset("labels", data=labels)
    place = {"axes": ("z", "y", "x"), "voxel_size": (50.0, 10.0, 10.0), "offset": (0.0, 0.0, 0.0)}
    files = VolumeFiles(
        CorrectedVolume(tmp_path / "raw.tif", **place),
        CorrectedVolume(LocalArrayIdentifier(tmp_path / "v.zarr", "labels"), **place),
        intensity_range=(0.0, 200.0),
    )
    setup = set_up_run(files, name="said", preset="tiny")
    assert files.name == "raw"
    assert setup.facts.voxel_size_nm == (50, 10, 10)
    train, _ = split_of(setup.config)
    assert train[0].raw_config.max == 200  # type: ignore[attr-defined]
    assert setup.config.architecture_config.input_shape[0] < 32  # type: ignore[attr-defined]


def test_where_nothing_can_be_held_back_it_is_said(tmp_path: Path) -> None:
    raw, labels = disks(1, 24, 24)
    group = zarr.open_group(str(tmp_path / "small.zarr"), mode="w")
    group.create_dataset("raw", data=raw[0])
    group.create_dataset("labels", data=labels[0])
    container = tmp_path / "small.zarr"
    files = VolumeFiles(*(LocalArrayIdentifier(container, name) for name in ("raw", "labels")))
    setup = set_up_run(files, name="small", preset="tiny")
    assert any("scores are those of the training data" in text for text in setup.sentences)
    assert is_scored_on_training_data(setup.config)


def test_init_from_a_folder_a_list_and_several_volumes(images: Path, tmp_path: Path) -> None:
    run_file = tmp_path / "run.yaml"

    def init(*words: object) -> str:
        result = CliRunner().invoke(cli, ["init", str(run_file), "--overwrite", *map(str, words)])
        assert result.exit_code == 0, result.output
        return result.output

    assert "1 of 5 images (cell3)" in init("--raw", images, "--preset", "tiny")
    found = split_of(read_config(run_file, RunConfig))
    assert (len(found[0]), len(found[1])) == (4, 1)

    table = images / "crops.csv"
    rows = [("train", 0), ("train", 1), ("val", 3), ("val", 4)]
    table.write_text("".join(f"{k},cell{n}.tif,cell{n}_masks.png\n" for k, n in rows))
    assert "Scored on 2 images." in init("--crops", table, "--preset", "tiny")
    names = [[c.name for c in part] for part in split_of(read_config(run_file, RunConfig))]
    assert names == [["cell0", "cell1"], ["cell3", "cell4"]]

    pairs = [
        word
        for n in (0, 1)
        for word in ("--raw", images / f"cell{n}.tif", "--labels", images / f"cell{n}_masks.png")
    ]
    assert "1 of 2 images (cell1)" in init(*pairs, "--preset", "tiny")


def test_init_goes_on_from_a_run(images: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    pairs = find_pairs(images)
    first = small(set_up_run(pairs[:2], name="first", preset="tiny").config,
                  num_iterations=2, validation_interval=2)  # fmt: skip
    train_run(Run(first), runs=tmp_path / "runs", device="cpu")
    run_file = tmp_path / "second.yaml"
    data = ["--raw", images / "cell4.tif", "--labels", images / "cell4_masks.png"]
    words = ["init", run_file, *data, "--start-from", tmp_path / "runs" / "first",
             "--num-iterations", 1]  # fmt: skip
    result = CliRunner().invoke(cli, list(map(str, words)))
    assert result.exit_code == 0, result.output
    config = read_config(run_file, RunConfig)
    train, validate = split_of(config)
    assert [c.name for c in train] == ["cell0", "train"]
    assert [c.name for c in validate] == ["cell1", "validate"]
    assert config.architecture_config == first.architecture_config
    train_run(Run(config), runs=tmp_path / "runs", device="cpu")
    scores = read_rows(RunFolder.of(tmp_path / "runs", "second").validation_scores_file)
    assert {row["dataset"] for row in scores if row["iteration"] == 0} == {"cell1", "validate"}
