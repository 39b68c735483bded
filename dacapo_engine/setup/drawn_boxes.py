"""Boxes that somebody drew to train on or to be scored on."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.setup.boxes import Box, box_slices, box_words, clip_box, remainder
from dacapo_engine.setup.holdout import Division, choose_holdout
from dacapo_engine.setup.label_meaning import LabelMeaning

__all__ = ["divide_as_drawn"]


def divide_as_drawn(
    labels: Any, axes: Sequence[str], meaning: LabelMeaning, least: Sequence[int] = ()
) -> Division:
    """The division that the boxes of `meaning` ask for.

    Without boxes to train on, all labels outside of those to be scored on are trained on; without
    boxes to be scored on, a part of the largest one to train on is held back.

    Parameters
    ----------
    labels
        Array-like of ids, spatial axes only.
    axes
        Their names.
    meaning
        With one box at least.
    least
        Voxels per axis that have to be left on both sides of a cut.

    Raises
    ------
    DataError
        If a box lies outside of the labels, or holds no object.
    """
    shape = tuple(int(n) for n in labels.shape)
    train = tuple(_usable(labels, box, axes, "training") for box in meaning.train)
    validate = tuple(_usable(labels, box, axes, "validation") for box in meaning.validate)
    if validate:
        return Division(train or _others(labels, shape, validate), validate, _words(validate))
    return _hold_back(labels, axes, train, least, meaning.fewest_objects)


def _usable(labels: Any, box: Box, axes: Sequence[str], kind: str) -> Box:
    inside = clip_box(box, labels.shape)
    if inside is None:
        raise DataError(
            f"The {kind} box {box_words(box, axes)} lies outside of the labels.",
            hint="Move it onto the labels, or remove it.",
            place="data.boxes",
        )
    if not _has_object(labels, inside):
        raise DataError(
            f"The {kind} box {box_words(inside, axes)} holds no object.",
            hint="Move it to where objects are labelled, or label some in it.",
            place="data.boxes",
        )
    return inside


def _others(labels: Any, shape: tuple[int, ...], validate: Sequence[Box]) -> tuple[Box, ...]:
    boxes: list[Box] = [((0,) * len(shape), shape)]
    for taken in validate:
        boxes = list(itertools.chain(*(remainder(box, taken) for box in boxes)))
    kept = tuple(box for box in boxes if _has_object(labels, box))
    if kept:
        return kept
    raise DataError(
        "There is no object outside of the validation boxes to train on.",
        hint="Make them smaller, or label more.",
        place="data.boxes",
    )


def _hold_back(
    labels: Any,
    axes: Sequence[str],
    train: tuple[Box, ...],
    least: Sequence[int],
    fewest: int,
) -> Division:
    largest = max(train, key=lambda box: int(np.prod(box[1])))
    begin, _ = largest
    found = choose_holdout(labels[box_slices(largest)], axes, least=least, fewest=fewest)
    if found is None:
        return Division(train, (), "")
    parts = [
        (tuple(a + b for a, b in zip(box[0], begin, strict=True)), box[1])
        for box in (found.train, found.validate)
    ]
    kept = tuple(parts[0] if box == largest else box for box in train)
    return Division(kept, (parts[1],), f"{found.text} of the largest training box")


def _words(validate: Sequence[Box]) -> str:
    return "the validation box" if len(validate) == 1 else f"{len(validate)} validation boxes"


def _has_object(labels: Any, box: Box) -> bool:
    return bool(np.asarray(labels[box_slices(box)]).any())
