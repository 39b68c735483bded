"""Which part of a volume is held back to be scored on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import CropArrayConfig
from dacapo_engine.setup.boxes import Box, box_slices, overlap

if TYPE_CHECKING:
    from dacapo_engine.experiments.run_config import RunConfig

__all__ = [
    "FEWEST_OBJECTS",
    "Box",
    "Division",
    "Holdout",
    "choose_holdout",
    "has_enough_objects",
    "held_back",
    "is_scored_on_training_data",
    "limited",
    "middle_box",
    "voxels_of",
]

_MOST_VOXELS = 600_000
FEWEST_OBJECTS = 3


@dataclass(frozen=True)
class Holdout:
    """How the labels of one volume are divided.

    Attributes
    ----------
    train, validate
        Boxes of the labels; they do not overlap.
    text
        In words: ``right 20 %``.
    """

    train: Box
    validate: Box
    text: str


@dataclass(frozen=True)
class Division:
    """Boxes of the labels of one volume to train on, and boxes to be scored on.

    Attributes
    ----------
    train, validate
        No box of the one overlaps one of the other, unless somebody drew them so.
    text
        What is held back, in words.
    """

    train: tuple[Box, ...]
    validate: tuple[Box, ...]
    text: str


_SIDES = {
    "z": ("first", "last"),
    "y": ("top", "bottom"),
    "x": ("left", "right"),
    "s": ("first", "last"),
    "t": ("first", "last"),
}


def choose_holdout(
    labels: Any,
    axes: Sequence[str],
    share: float = 0.2,
    least: Sequence[int] = (),
    fewest: int = FEWEST_OBJECTS,
) -> Holdout | None:
    """Hold back one end of the labels.

    Separate images and frames are held back whole. Otherwise the longest axis is cut, at
    its end or, where there are fewer than `fewest` objects, at its beginning.

    Parameters
    ----------
    labels
        Array-like of ids, spatial axes only.
    axes
        Their names.
    share
        How much is held back.
    least
        Voxels per axis that have to be left on both sides of the cut.
    fewest
        Different ids that what is held back has.

    Returns
    -------
    Holdout or None
        None where too little would be left on either side.
    """
    shape = tuple(int(n) for n in labels.shape)
    axis = 0 if axes[0] in "st" else max(range(len(shape)), key=lambda a: (shape[a], a))
    held = max(1, math.ceil(shape[axis] * share))
    smallest = least[axis] if least else 1
    if shape[axis] - held < max(smallest, 1) or held < min(smallest, 16):
        return None
    candidates = [_cut(shape, axes, axis, held, at_end) for at_end in (True, False)]
    return _with_enough_objects(labels, candidates, fewest)


def _with_enough_objects(labels: Any, candidates: list[Holdout], fewest: int) -> Holdout | None:
    for holdout in candidates:
        if has_enough_objects(labels, holdout.validate, fewest):
            return holdout
    return None


def has_enough_objects(labels: Any, box: Box, fewest: int = FEWEST_OBJECTS) -> bool:
    """Whether a box of labels holds so many objects that a score says something."""
    ids = np.unique(np.asarray(labels[box_slices(box)]))
    return int(np.count_nonzero(ids)) >= fewest


def _cut(
    shape: tuple[int, ...], axes: Sequence[str], axis: int, held: int, at_end: bool
) -> Holdout:
    left = shape[axis] - held
    train_begin, validate_begin = [0] * len(shape), [0] * len(shape)
    train_shape, validate_shape = list(shape), list(shape)
    train_shape[axis], validate_shape[axis] = left, held
    (validate_begin if at_end else train_begin)[axis] = left if at_end else held
    side = _SIDES[axes[axis]][at_end]
    percent = round(100 * held / shape[axis])
    return Holdout(
        (tuple(train_begin), tuple(train_shape)),
        limited(validate_begin, validate_shape, axis),
        f"{side} {percent} %",
    )


def held_back(count: int, share: float = 0.2) -> list[int]:
    """Which of `count` volumes are held back whole: evenly spread, at least one, never all."""
    held = min(max(1, round(count * share)), count - 1)
    return [int((number + 0.5) * count / held) for number in range(held)]


def middle_box(shape: Sequence[int]) -> Box:
    """The middle of a volume, all of it where a validation on it takes seconds."""
    return limited([0] * len(shape), list(shape), -1)


def limited(begin: Sequence[int], shape: Sequence[int], axis: int) -> Box:
    """The middle of a box, at most so large that a validation takes seconds; `axis` is kept."""
    begin, shape = list(begin), list(shape)
    while math.prod(shape) > _MOST_VOXELS:
        others = [a for a in range(len(shape)) if a != axis] or [axis]
        longest = max(others, key=lambda a: shape[a])
        smaller = max(1, int(shape[longest] * 0.9))
        begin[longest] += (shape[longest] - smaller) // 2
        shape[longest] = smaller
    return tuple(begin), tuple(shape)


def is_scored_on_training_data(config: RunConfig) -> bool:
    """Whether labels that a run is scored on are ones that it is trained on, too."""
    split = config.datasplit_config
    trained = [dataset.gt_config for dataset in getattr(split, "train_configs", ())]
    scored = [dataset.gt_config for dataset in getattr(split, "validate_configs", ())]
    return any(_share_voxels(one, other) for one in scored for other in trained)


def voxels_of(labels: ArrayConfig) -> Box | None:
    """Which voxels of another array labels are; None for all of an array of their own."""
    if not isinstance(labels, CropArrayConfig) or labels.roi.unit != "voxels":
        return None
    offset, shape = labels.roi.offset, labels.roi.shape
    return tuple(map(round, offset)), tuple(map(round, shape))


def _share_voxels(one: ArrayConfig, other: ArrayConfig) -> bool:
    box, other_box = voxels_of(one), voxels_of(other)
    if _source(one, box) != _source(other, other_box):
        return False
    return box is None or other_box is None or overlap(box, other_box) is not None


def _source(labels: ArrayConfig, box: Box | None) -> ArrayConfig:
    whole: ArrayConfig = labels if box is None else labels.source_array_config  # type: ignore[attr-defined]
    return whole
