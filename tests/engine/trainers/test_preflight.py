"""A check makes real steps, and tells what starting would mean; nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import gunpowder as gp
import numpy as np
import pytest
import zarr

from dacapo_engine.checks.finding import CheckReport, Finding
from dacapo_engine.checks.time_check import Pace, iterations_in_budget
from dacapo_engine.experiments.budgets import MinutesBudgetConfig, PlateauBudgetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.trainers.gp_augments import AugmentConfig
from dacapo_engine.preflight import Limits, preflight
from dacapo_engine.setup.smaller_run import smaller

NAMES = ("data", "labels", "patches", "balance", "memory", "speed", "time", "disk")


class _Hungry(gp.BatchFilter):  # type: ignore[misc]
    def process(self, batch: Any, request: Any) -> None:
        raise MemoryError


class HungryAugmentConfig(AugmentConfig):
    """Asks for more memory than there is."""

    for_tests: ClassVar[bool] = True
    type: Literal["hungry"] = "hungry"

    def node(self, raw_key: Any, gt_key: Any, mask_key: Any) -> Any:
        return _Hungry()


# Other tests walk over all augments there are, from the moment when this module is collected.
AugmentConfig.registry._classes.pop("hungry")


@pytest.fixture(autouse=True, scope="module")
def _known_to_no_other_test() -> Iterator[None]:
    AugmentConfig.registry.register("hungry", HungryAugmentConfig)
    yield
    AugmentConfig.registry._classes.pop("hungry")


def found(report: CheckReport, name: str) -> Finding:
    return next(finding for finding in report.findings if finding.name == name)


def test_every_question_gets_an_answer(tmp_path: Path, run_config: RunConfig) -> None:
    report = preflight(run_config, tmp_path / "runs", "cpu")
    assert tuple(finding.name for finding in report.findings) == NAMES
    # Steps of a small network wait for their samples wherever more cores could prepare them.
    assert all(f.level == "green" for f in report.findings if f.name != "speed"), report
    figures = report.figures
    assert figures["num_objects"] > 10
    assert figures["labelled_share"] == 1
    assert figures["empty_share"] < 0.5
    assert 0 < figures["positive_share"] < 1
    assert figures["iterations"] == 6
    assert figures["num_validations"] == 1
    assert figures["seconds"] > 6 * figures["step_seconds"]
    assert figures["validation_seconds"] > 0
    assert 0 < figures["disk_bytes"] < figures["free_disk_bytes"]
    assert "283.718 x 126.786 x 126.786 nm" in found(report, "data").sentence
    assert CheckReport.of_dict(report.as_dict()) == report
    assert list((tmp_path / "runs").iterdir()) == []


def test_too_little_disk_and_memory(tmp_path: Path, run_config: RunConfig) -> None:
    config = run_config.replace(
        trainer_config=run_config.trainer_config.replace(batch_size=2, snapshot_interval=1)
    )
    report = preflight(config, tmp_path, "cpu", Limits(disk_bytes=1000, memory_bytes=-1))
    assert report.level == "red"
    assert found(report, "disk").fix == "folder"
    memory = found(report, "memory")
    next_smaller = smaller(config)
    assert next_smaller is not None
    assert (memory.level, memory.fix) == ("red", "smaller")
    assert (memory.hint, memory.button) == (next_smaller.sentence, next_smaller.button)
    assert report.worst == memory


def test_a_step_that_does_not_fit(tmp_path: Path, run_config: RunConfig) -> None:
    trainer = run_config.trainer_config.replace(batch_size=4, augments=(HungryAugmentConfig(),))
    report = preflight(run_config.replace(trainer_config=trainer), tmp_path, "cpu")
    assert report.worst is not None
    assert report.worst.name == "memory"
    assert report.worst.fix == "smaller"
    assert "batch becomes 2 instead of 4" in report.worst.hint


def relabelled(config: RunConfig, change: Callable[[Any], None]) -> RunConfig:
    """The run on labels that were changed on disk."""
    split = config.datasplit_config
    assert isinstance(split, TrainValidateDataSplitConfig)
    labels: Any = split.train_configs[0]
    change(zarr.open_array(str(labels.gt_config.file_name / "labels"), mode="a"))
    return config


def test_labels_that_are_rare(tmp_path: Path, run_config: RunConfig) -> None:
    def keep_one(labels: Any) -> None:
        values = labels[:]
        labels[:] = np.where(values == 1, 1, 0)

    config = relabelled(run_config, keep_one)
    report = preflight(config, tmp_path, "cpu")
    assert found(report, "labels").level == "amber"
    assert "1 object;" in found(report, "labels").sentence
    assert report.figures["empty_share"] > 0


def test_what_cannot_start_is_red(tmp_path: Path, run_config: RunConfig) -> None:
    (tmp_path / "file").touch()
    report = preflight(run_config, tmp_path / "file", "cpu")
    assert report.worst is not None
    assert (report.worst.name, report.worst.fix) == ("disk", "folder")
    assert preflight(run_config, tmp_path, "cuda:77").worst is not None
    large = run_config.architecture_config.replace(input_shape=(64, 64, 64), num_fmaps=12)
    report = preflight(run_config.replace(architecture_config=large), tmp_path, "cpu")
    assert report.worst is not None
    assert (report.worst.level, report.worst.fix) == ("red", "tiny")
    assert "the model reads 64 x 64 x 64" in report.worst.sentence


def test_time_is_that_of_the_budget(run_config: RunConfig) -> None:
    pace = Pace(0.5, 0.2, 10, workers=1, cores=2, on_processor=True)
    assert pace.iteration == pytest.approx(0.6)
    config = run_config.replace(num_iterations=10**6, validation_interval=100)
    timed = config.replace(budget_config=MinutesBudgetConfig(minutes=10))
    assert iterations_in_budget(timed, pace) == int(590 / 0.7)
    measured = timed.replace(budget_config=MinutesBudgetConfig(minutes=10, iterations=70))
    assert iterations_in_budget(measured, pace) == 70
    assert iterations_in_budget(config.replace(budget_config=PlateauBudgetConfig()), pace) == 10**6
    waiting = Pace(0.01, 0.8, 0, workers=4, cores=16, on_processor=False)
    assert waiting.iteration == pytest.approx(0.2)
