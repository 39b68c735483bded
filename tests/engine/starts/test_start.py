"""Runs that begin with the weights of others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zarr
from click.testing import CliRunner

from dacapo_engine.cli import cli
from dacapo_engine.errors import ConfigError, NotFoundError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    CropArrayConfig,
    IntensitiesArrayConfig,
    ZarrArrayConfig,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import RegionConfig
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.starts import StartConfig
from dacapo_engine.experiments.starts.start_report import LayerOutcome
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.setup.descendants import branch, continue_with, with_arrays
from dacapo_engine.start import load_start
from dacapo_engine.store.checkpoints import kept_checkpoints
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.train import train_run
from dacapo_engine.yaml_file import from_yaml, read_config, to_yaml

NEAREST = ((0, 1), (1, 0))


@pytest.fixture(scope="module")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two images of bright squares, and their ids."""
    container = tmp_path_factory.mktemp("squares") / "squares.zarr"
    group = zarr.open_group(str(container), mode="w")
    for number in range(2):
        labels = np.kron(np.arange(1, 17).reshape(4, 4), np.pad(np.ones((6, 6)), 1))
        raw = (labels > 0) * 150 + np.random.default_rng(number).integers(0, 60, labels.shape)
        group.create_dataset(f"raw_{number}", data=raw.astype(np.uint8))
        group.create_dataset(f"labels_{number}", data=labels.astype(np.uint32))
    return container


def dataset(container: Path, number: int, name: str) -> RawGTDatasetConfig:
    raw = ZarrArrayConfig(file_name=container, dataset=f"raw_{number}", mode="r")
    labels = ZarrArrayConfig(file_name=container, dataset=f"labels_{number}", mode="r")
    scaled = IntensitiesArrayConfig(source_array_config=raw, min=0, max=255)
    return RawGTDatasetConfig(name=name, raw_config=scaled, gt_config=labels)


def config(container: Path, name: str, neighborhood: Any = NEAREST, **fields: Any) -> RunConfig:
    described: dict[str, Any] = {
        "name": name,
        "num_iterations": 4,
        "validation_interval": 2,
        "num_threads": 1,
        "task_config": AffinitiesTaskConfig(
            neighborhood=neighborhood, min_sizes=(1,), agglomeration_thresholds=(1.0,)
        ),
        "architecture_config": CNNectomeUNetConfig(
            input_shape=(16, 16),
            num_fmaps=3,
            fmap_inc_factor=2,
            fmaps_out=3,
            downsample_factors=((2, 2),),
            padding="same",
        ),
        "trainer_config": GunpowderTrainerConfig(
            num_data_fetchers=0, warmup_iterations=4, precision="float32"
        ),
        "datasplit_config": TrainValidateDataSplitConfig(
            train_configs=(dataset(container, 0, "train"),),
            validate_configs=(dataset(container, 0, "validate"),),
        ),
    }
    return RunConfig(**(described | fields))


@pytest.fixture(scope="module")
def trained(squares: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run of four iterations, validated."""
    runs = tmp_path_factory.mktemp("runs")
    train_run(Run(config(squares, "first")), runs=runs, device="cpu")
    return RunFolder.of(runs, "first")


def averaged(folder: RunFolder, iteration: int) -> list[torch.Tensor]:
    """Oracle: the averaged parameters as they stand in the checkpoint."""
    state = torch.load(folder.checkpoints / str(iteration), weights_only=True)
    tensors: list[torch.Tensor] = state["average"]["average"]
    return tensors


@pytest.mark.parametrize("criterion", ["latest", "4", 4], ids=["latest", "text", "number"])
def test_the_averaged_weights_are_taken_over(
    squares: Path, trained: RunFolder, criterion: Any
) -> None:
    start = StartConfig(run="first", criterion=criterion)
    run = Run(config(squares, "second", start_config=start))
    report = load_start(run, trained.path.parent)
    assert report is not None
    assert report.count(LayerOutcome.LOADED) == len(report.layers) > 0
    for parameter, expected in zip(run.model.parameters(), averaged(trained, 4), strict=True):
        assert torch.equal(parameter, expected)
    with run.trainer.average.applied():  # type: ignore[attr-defined]
        first = next(run.model.parameters())
        assert torch.equal(first, averaged(trained, 4)[0])


@pytest.mark.parametrize("criterion", ["best", "voi"])
def test_best_is_what_validation_found(squares: Path, trained: RunFolder, criterion: str) -> None:
    start = StartConfig(run=str(trained.path), criterion=criterion)
    run = Run(config(squares, "second", start_config=start))
    load_start(run, "nowhere")
    store = LocalWeightsStore(trained.path.parent)
    first = "voi" if criterion == "voi" else run.task.evaluator.criteria[0]
    best = store.retrieve_best("first", "validate", first)
    assert torch.equal(next(run.model.parameters()), averaged(trained, best)[0])


def test_heads_are_matched_by_channel(squares: Path, trained: RunFolder) -> None:
    start = StartConfig(run="first", criterion="latest")
    neighborhood = ((3, 0), (1, 0), (0, 1))
    run = Run(config(squares, "second", neighborhood, start_config=start))
    fresh = run.model.prediction_head.weight.detach().clone()
    report = load_start(run, trained.path.parent)
    old = averaged(trained, 4)[-2]
    head = run.model.prediction_head.weight
    assert torch.equal(head[0], fresh[0])
    assert torch.equal(head[1], old[1])
    assert torch.equal(head[2], old[0])
    assert report is not None
    assert "prediction_head.weight: partly loaded (new: affinity 3 0)" in str(report)


def test_random_numbers_are_not_disturbed(squares: Path, trained: RunFolder) -> None:
    run = Run(config(squares, "second", start_config=StartConfig(run="first", criterion="4")))
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    load_start(run, trained.path.parent)
    assert torch.equal(torch.rand(2), expected)


def test_without_a_start_nothing_is_read(squares: Path) -> None:
    assert load_start(Run(config(squares, "alone")), "nowhere") is None
    start = StartConfig(run="missing")
    run = Run(config(squares, "alone", start_config=start), load_starter_model=False)
    assert run.start is None


def test_a_run_that_is_not_there(squares: Path, tmp_path: Path) -> None:
    run = Run(config(squares, "second", start_config=StartConfig(run="missing")))
    assert run.start is not None
    assert (run.start.run, run.start.criterion) == ("missing", "best")
    with pytest.raises(NotFoundError, match="no run 'missing'"):
        load_start(run, tmp_path)


def test_a_network_into_which_nothing_fits(squares: Path, trained: RunFolder) -> None:
    network = CNNectomeUNetConfig(
        input_shape=(16, 16),
        fmaps_in=2,
        num_fmaps=5,
        fmap_inc_factor=1,
        fmaps_out=5,
        downsample_factors=((2, 2),),
        constant_upsample=False,
        padding="same",
    )
    start = StartConfig(run="first", criterion="latest")
    run = Run(config(squares, "second", ((5, 0), (0, 1), (1, 1), (2, 2)), start_config=start,
                     architecture_config=network))  # fmt: skip
    run.model.architecture.normalize = torch.nn.Identity()
    run.model.prediction_head = torch.nn.Conv2d(5, 7, 1)
    with pytest.raises(ConfigError, match="No layer"):
        load_start(run, trained.path.parent)


def test_going_on_with_more_labels(squares: Path, trained: RunFolder) -> None:
    more = dataset(squares, 1, "train"), dataset(squares, 1, "held back")
    described = continue_with(trained, "second", more[:1], more[1:], num_iterations=3)
    split = described.datasplit_config
    assert isinstance(split, TrainValidateDataSplitConfig)
    assert [c.name for c in split.train_configs] == ["train", "train_2"]
    assert [c.name for c in split.validate_configs] == ["validate", "held back"]
    assert from_yaml(to_yaml(described), RunConfig) == described

    runs = trained.path.parent
    train_run(Run(described), runs=runs, device="cpu")
    folder = RunFolder.of(runs, "second")
    scores = read_rows(folder.validation_scores_file)
    assert [row["iteration"] for row in scores][:2] == [0, 0]
    assert {row["dataset"] for row in scores if row["iteration"] == 0} == {"validate", "held back"}
    rates = [row["learning_rate"] for row in read_rows(folder.training_stats_file)]
    assert rates == pytest.approx([0.25e-3, 0.5e-3, 0.75e-3])
    log = folder.log_file.read_text(encoding="utf-8")
    assert "started from" in log

    # Going on with the new run reads its own checkpoint, and does not score iteration 0 again.
    train_run(Run(described.replace(num_iterations=4)), runs=runs, device="cpu")
    again = read_rows(folder.validation_scores_file)
    assert again[: len(scores)] == scores
    assert [row["iteration"] for row in again[len(scores) :]] == [4] * (len(again) - len(scores))
    assert len(read_rows(folder.training_stats_file)) == 4


def test_the_old_score_on_the_same_data_comes_first(squares: Path, trained: RunFolder) -> None:
    described = continue_with(trained, "third", [dataset(squares, 1, "")], criterion="4",
                              num_iterations=1)  # fmt: skip
    train_run(Run(described), runs=trained.path.parent, device="cpu")
    folder = RunFolder.of(trained.path.parent, "third")
    first = [r for r in read_rows(folder.validation_scores_file) if r["iteration"] == 0]
    old = [r for r in read_rows(trained.validation_scores_file) if r["iteration"] == 4]
    assert [r["scores"] for r in first] == [r["scores"] for r in old]


def test_the_old_run_is_not_overwritten(squares: Path, trained: RunFolder) -> None:
    with pytest.raises(ConfigError, match="stays as it is"):
        continue_with(trained, "first", [dataset(squares, 1, "more")])


def test_a_branch_begins_with_the_weights_of_its_iteration(
    squares: Path, trained: RunFolder
) -> None:
    described = branch(trained, "branch", 2, num_iterations=1)
    assert described.replace(name="first", start_config=None, num_iterations=4) == read_config(
        trained.run_file, RunConfig
    )
    faster = described.trainer_config.replace(learning_rate=0.5)
    runs = trained.path.parent
    train_run(Run(described.replace(trainer_config=faster)), runs=runs, device="cpu")
    begun = averaged(RunFolder.of(runs, "branch"), 0)
    assert all(map(torch.equal, begun, averaged(trained, 2)))
    assert not all(map(torch.equal, begun, averaged(trained, 4)))


def test_an_iteration_that_is_not_kept_is_told_with_those_that_are(trained: RunFolder) -> None:
    described = branch(trained, "nowhere", 3)
    with pytest.raises(ConfigError, match="2, 4"):
        train_run(Run(described), runs=trained.path.parent, device="cpu")


def test_grown_labels_take_the_place_of_the_old_ones(squares: Path, trained: RunFolder) -> None:
    old = dataset(squares, 0, "").gt_config
    new = dataset(squares, 1, "").gt_config
    config = branch(trained, "grown")
    split: Any = config.datasplit_config
    region = RegionConfig(offset=(0, 0), shape=(24, 32), unit="voxels")
    crop = CropArrayConfig(source_array_config=old, roi=region)
    cut = split.replace(validate_configs=(split.train_configs[0].replace(gt_config=crop),))
    changed: Any = with_arrays(config.replace(datasplit_config=cut), [(old, new)]).datasplit_config
    assert changed.train_configs[0].gt_config == new
    assert changed.train_configs[0].raw_config == split.train_configs[0].raw_config
    assert changed.validate_configs[0].gt_config == crop.replace(source_array_config=new)


def test_weights_that_are_kept_are_told_with_what_they_are_best_at(trained: RunFolder) -> None:
    found = kept_checkpoints(trained)
    assert [checkpoint.iteration for checkpoint in found] == [4, 2]
    assert [checkpoint.newest for checkpoint in found] == [True, False]
    assert any("voi" in checkpoint.best for checkpoint in found)
    assert kept_checkpoints(RunFolder(trained.path / "none")) == ()


def test_a_branch_is_described_on_the_command_line(trained: RunFolder, tmp_path: Path) -> None:
    words = ["init", str(tmp_path / "again.yaml"), "--start-from", str(trained.path)]
    told = CliRunner().invoke(cli, [*words, "--start-at", "2"], catch_exceptions=False).output
    assert "trains on its data" in told
    assert read_config(tmp_path / "again.yaml", RunConfig) == branch(trained, "again", 2)
