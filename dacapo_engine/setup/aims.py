"""What a person wants to find, and the task that finds it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.experiments.tasks.distance_task_config import DistanceTaskConfig
from dacapo_engine.experiments.tasks.hot_distance_task_config import HotDistanceTaskConfig
from dacapo_engine.experiments.tasks.one_hot_task_config import OneHotTaskConfig
from dacapo_engine.setup.presets import suggest_task

if TYPE_CHECKING:
    from dacapo_engine.experiments.tasks.task_config import TaskConfig

__all__ = ["Aim", "aim_of", "suggest_for"]

_MOST_KINDS = 8


class Aim(StrEnum):
    """What is to be found, in a biologist's words."""

    SEPARATE_OBJECTS = "separate objects"
    ONE_KIND = "one kind of thing"
    SEVERAL_KINDS = "several kinds of things"

    @property
    def explanation(self) -> str:
        """One sentence on when to choose it."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    Aim.SEPARATE_OBJECTS: "Every object has a number of its own, also where two touch: neurites, "
    "cells, nuclei.",
    Aim.ONE_KIND: "A voxel belongs to it or not, all ids mean the same: mitochondria, vessels, "
    "a tissue mask.",
    Aim.SEVERAL_KINDS: "Each id is a kind: 1 nucleus, 2 mitochondrion, 3 membrane.",
}


def suggest_for(aim: Aim, facts: VolumeFacts, patch: tuple[int, ...]) -> TaskConfig:
    """The task that finds what is wanted, with defaults that fit the labels.

    Parameters
    ----------
    patch
        Voxels that the network sees in training, per axis.

    Raises
    ------
    DataError
        If several kinds are wanted and the labels have too many ids, or only one.
    """
    if aim is Aim.SEPARATE_OBJECTS:
        return suggest_task("affinities", facts, patch)
    if aim is Aim.ONE_KIND:
        return OneHotTaskConfig(classes=("background", "objects"))
    if not 1 < facts.num_objects <= _MOST_KINDS:
        raise DataError(
            f"Labels of several kinds have 2 to {_MOST_KINDS} ids, these have {facts.num_objects}.",
            hint="Choose separate objects or one kind of thing, or give each kind one id.",
            place="task",
        )
    return suggest_task("one_hot", facts, patch)


def aim_of(task: TaskConfig) -> Aim:
    """What a task finds."""
    if isinstance(task, OneHotTaskConfig):
        return Aim.SEVERAL_KINDS if len(task.classes) > 2 else Aim.ONE_KIND
    if isinstance(task, HotDistanceTaskConfig):
        return Aim.SEVERAL_KINDS if len(task.channels) > 1 else Aim.ONE_KIND
    if isinstance(task, DistanceTaskConfig) and not task.instances:
        return Aim.SEVERAL_KINDS if len(task.channels) > 1 else Aim.ONE_KIND
    return Aim.SEPARATE_OBJECTS
