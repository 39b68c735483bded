"""What differs between two configs, in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dacapo_engine.cli import cli
from dacapo_engine.config_difference import config_differences
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import DistanceTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.yaml_file import read_config, to_yaml


@pytest.fixture(scope="module")
def config(root: Path) -> RunConfig:
    return read_config(root / "resources" / "nuclei.yaml", RunConfig)


def told(before: RunConfig, after: RunConfig) -> list[str]:
    return [str(difference) for difference in config_differences(before, after)]


def test_equal_but_for_the_name(config: RunConfig) -> None:
    assert told(config, config.replace(name="other")) == []


def test_values_have_titles_and_units(config: RunConfig) -> None:
    trainer = config.trainer_config.replace(learning_rate=1e-4, clip_raw=True)
    network = config.architecture_config.replace(input_shape=(26, 32, 64))
    after = config.replace(trainer_config=trainer, architecture_config=network, num_threads=2)
    assert told(config, after) == [
        "Threads: none -> 2",
        "Model > Patch: 26, 64, 64 voxels -> 26, 32, 64 voxels",
        "Training > Learning rate: 0.003 -> 0.0001",
        "Training > Only raw that has labels: no -> yes",
    ]


def test_another_kind_is_one_line(config: RunConfig) -> None:
    after = config.replace(task_config=DistanceTaskConfig(channels=("a",)))
    assert told(config, after) == ["Task: Affinities -> Distance"]


def test_members_of_lists_are_told_apart_by_kind(config: RunConfig) -> None:
    assert isinstance(config.trainer_config, GunpowderTrainerConfig)
    simple, _, gamma, intensity, noise = config.trainer_config.augments
    augments = (noise, simple, gamma.replace(gamma_range=(0.5, 2.0)), intensity, simple)
    after = config.replace(trainer_config=config.trainer_config.replace(augments=augments))
    lines = told(config, after)
    assert "Training > Augments > Gamma > Gamma: 0.67, 1.5 -> 0.5, 2" in lines
    assert "Training > Augments > Simple 2: not there -> as usual" in lines
    assert any(line.startswith("Training > Augments > Elastic: ") for line in lines)
    assert lines[-1].endswith("Noise, Simple, Gamma, Intensity")
    assert len(lines) == 4


def test_datasets_are_told_apart_by_name(config: RunConfig) -> None:
    split = config.datasplit_config
    assert isinstance(split, TrainValidateDataSplitConfig)
    train = split.train_configs[0]
    more = train.replace(name="more", weight=2)
    changed = (more, train)
    lines = told(config, config.replace(datasplit_config=split.replace(train_configs=changed)))
    assert len(lines) == 1
    assert lines[0].startswith("Data > Training > more: not there -> weight 2")


def test_on_the_command_line(config: RunConfig, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 2)):
        (tmp_path / name).mkdir()
        text = to_yaml(config.replace(name=name, seed=seed))
        (tmp_path / name / "run.yaml").write_text(text, encoding="utf-8")
    words = ["runs", "diff", "a", str(tmp_path / "b"), "--runs", str(tmp_path)]
    assert CliRunner().invoke(cli, words).output == "Seed: 1 -> 2\n"
    words[3] = "a"
    assert CliRunner().invoke(cli, words).output == "The settings are the same.\n"
    words[3] = "missing"
    assert "no run 'missing'" in str(CliRunner().invoke(cli, words).exception)
