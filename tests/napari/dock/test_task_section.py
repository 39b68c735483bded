"""Pictures choose a task that fits the labels, and say what a task finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts, measure_volume
from dacapo_engine.experiments.tasks import (
    AffinitiesTaskConfig,
    DistanceTaskConfig,
    HotDistanceTaskConfig,
    OneHotTaskConfig,
)
from dacapo_engine.setup.aims import Aim, aim_of
from dacapo_engine.setup.presets import LabelledVolume, suggest_run
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.sections.section import SectionState
from dacapo_napari.sections.settings.task_section import TaskSection
from tests.napari.dock.conftest import find

PATCH = (16, 48, 48)


def facts_of(num_objects: int) -> VolumeFacts:
    labels = np.zeros((8, 40, 40), np.uint8)
    for number in range(num_objects):
        labels[:, 2:38, 1 + 3 * number : 3 + 3 * number] = number + 1
    return measure_volume(np.arange(labels.size).reshape(labels.shape), labels)


def settings(facts: VolumeFacts) -> RunSettings:
    nowhere = ZarrArrayConfig(file_name=Path("none.zarr"), dataset="raw")
    dataset = RawGTDatasetConfig(raw_config=nowhere, gt_config=nowhere)
    return RunSettings.of(suggest_run([LabelledVolume(dataset, facts)]))


@pytest.fixture
def section(qtbot: QtBot) -> TaskSection:
    section = TaskSection()
    qtbot.addWidget(section)
    return section


def pressed(section: TaskSection) -> list[str]:
    names = ("separate_objects", "one_kind", "several_kinds")
    return [name for name in names if find(section, f"task.{name}").isChecked()]


def test_pictures_wait_for_labels(section: TaskSection) -> None:
    assert pressed(section) == []
    assert not find(section, "task.one_kind").isEnabled()
    assert section.state is SectionState.TO_DO


def test_a_picture_chooses_a_task_that_fits(section: TaskSection) -> None:
    facts = facts_of(3)
    section.offer(facts, PATCH)
    section.fill(settings(facts))
    assert pressed(section) == ["separate_objects"]
    find(section, "task.several_kinds").click()
    task = section.value()
    assert isinstance(task, OneHotTaskConfig)
    assert len(task.classes) == 4
    assert pressed(section) == ["several_kinds"]
    find(section, "task.one_kind").click()
    assert section.value() == OneHotTaskConfig(classes=("background", "objects"))
    find(section, "task.separate_objects").click()
    assert isinstance(section.value(), AffinitiesTaskConfig)
    assert pressed(section) == ["separate_objects"]


def test_too_many_ids_for_kinds_get_a_sentence(section: TaskSection) -> None:
    facts = facts_of(12)
    section.offer(facts, PATCH)
    section.fill(settings(facts))
    find(section, "task.several_kinds").click()
    assert "these have 12" in find(section, "task.aim.error").text()
    assert pressed(section) == ["separate_objects"]
    find(section, "task.one_kind").click()
    assert find(section, "task.aim.error").text() == ""


@pytest.mark.parametrize(
    ("task", "aim"),
    [
        (DistanceTaskConfig(instances=True), Aim.SEPARATE_OBJECTS),
        (DistanceTaskConfig(instances=False), Aim.ONE_KIND),
        (HotDistanceTaskConfig(channels=("a", "b")), Aim.SEVERAL_KINDS),
        (OneHotTaskConfig(classes=("background", "a", "b")), Aim.SEVERAL_KINDS),
    ],
)
def test_what_a_task_finds(task: DistanceTaskConfig, aim: Aim) -> None:
    assert aim_of(task) is aim
