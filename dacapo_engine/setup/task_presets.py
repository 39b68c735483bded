"""Defaults of each task, derived from what was measured of the labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.experiments.tasks.distance_task_config import DistanceTaskConfig
from dacapo_engine.experiments.tasks.hot_distance_task_config import HotDistanceTaskConfig
from dacapo_engine.experiments.tasks.one_hot_task_config import OneHotTaskConfig
from dacapo_engine.experiments.tasks.task_config import TaskConfig

__all__ = ["TASKS", "TaskName", "suggest_class_task"]

TaskName = Literal["affinities", "distance", "hot_distance", "one_hot"]

TASKS: Mapping[TaskName, str] = {
    "affinities": "objects that touch, of any shape",
    "distance": "objects that are rather round; a class where there is one id",
    "hot_distance": "classes that may overlap",
    "one_hot": "classes of which each voxel has one",
}
"""What each task finds."""

# More ids than this are objects, not classes.
_MOST_CLASSES = 8
_MOST_SCALE = 12.0


def suggest_class_task(task: TaskName, facts: VolumeFacts) -> TaskConfig:
    """The config of any task but affinities.

    Up to eight ids are taken for classes, more for objects; distances are told apart up to a
    third of the thickness of a typical object.

    Raises
    ------
    ConfigError
        If there is no such task.
    """
    if task not in _SUGGESTIONS:
        raise ConfigError(f"There is no task {task!r}.", hint=f"Choose of {', '.join(TASKS)}.")
    return _SUGGESTIONS[task](facts)


def _distance(facts: VolumeFacts) -> TaskConfig:
    scale = _scale(facts)
    return DistanceTaskConfig(
        scale_factor=scale,
        mask_distances=_is_thick(facts, scale),
        instances=facts.num_objects > 1,
        min_sizes=(max(10, min(facts.small_object_voxels // 4, 1000)),),
        separate_images=_separate_images(facts),
    )


def _hot_distance(facts: VolumeFacts) -> TaskConfig:
    return HotDistanceTaskConfig(
        channels=_classes(facts),
        scale_factor=_scale(facts),
        separate_images=_separate_images(facts),
    )


def _one_hot(facts: VolumeFacts) -> TaskConfig:
    return OneHotTaskConfig(classes=("background", *_classes(facts)))


_SUGGESTIONS: Mapping[str, Callable[[VolumeFacts], TaskConfig]] = {
    "distance": _distance,
    "hot_distance": _hot_distance,
    "one_hot": _one_hot,
}


def _classes(facts: VolumeFacts) -> tuple[str, ...]:
    if not 1 < facts.num_objects <= _MOST_CLASSES:
        return ("objects",)
    return tuple(f"class {number}" for number in range(1, facts.num_objects + 1))


def _is_thick(facts: VolumeFacts, scale: float) -> bool:
    """Whether a volume is more than the rim from which distances cannot be learnt."""
    named = [axis for axis in facts.axes if axis != "c"]
    extents = zip(facts.spatial_shape, facts.voxel_size_nm, named, strict=True)
    return all(n * size > 4 * scale for n, size, axis in extents if axis not in "st")


def _scale(facts: VolumeFacts) -> float:
    """In nm."""
    named = [axis for axis in facts.axes if axis != "c"]
    finest = min(
        size for size, axis in zip(facts.voxel_size_nm, named, strict=True) if axis not in "st"
    )
    voxels = min(max((facts.object_thickness or 12.0) / 3, 2.0), _MOST_SCALE)
    return float(f"{voxels * finest:.3g}")


def _separate_images(facts: VolumeFacts) -> bool:
    return facts.axes[0] in "st"
