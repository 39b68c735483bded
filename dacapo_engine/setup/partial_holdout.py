"""Which part of labels that say something only here and there is held back to be scored on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dacapo_engine.setup.boxes import Box, box_slices, clip_box, neighbours
from dacapo_engine.setup.holdout import Division, choose_holdout, has_enough_objects, limited
from dacapo_engine.setup.label_census import take_census
from dacapo_engine.setup.label_meaning import LabelMeaning, done_slices

__all__ = ["choose_partial_holdout"]

_FEWEST_SLICES, _MOST_RUNS = 3, 4
_PLANE_AXES = 2


def choose_partial_holdout(
    labels: Any,
    axes: Sequence[str],
    meaning: LabelMeaning,
    share: float = 0.2,
    least: Sequence[int] = (),
) -> Division | None:
    """Hold back some of what is labelled.

    Of three slices that are done, or more, the last ones are held back whole. Otherwise the
    smallest box with everything that is labelled is divided as a complete volume would be.

    Parameters
    ----------
    labels
        Array-like of ids, spatial axes only.
    axes
        Their names.
    meaning
        What 0 is, and what is done.
    share
        How much is held back.
    least
        Voxels per axis that have to be left on both sides of a cut.

    Returns
    -------
    Division or None
        None where too little would be left on either side.
    """
    shape = tuple(int(n) for n in labels.shape)
    done = meaning.done if meaning.zero == "background_where_done" else ()
    slices = done_slices(done, shape)
    if len(shape) > _PLANE_AXES and len(slices) >= _FEWEST_SLICES:
        return _hold_back_slices(labels, slices, share, meaning.fewest_objects)
    region = _bounding_box(done) if done else take_census(labels, meaning).extent
    if region is None:
        return None
    inside = clip_box(region, shape) or region
    return _within(labels, axes, inside, share, least, meaning.fewest_objects)


def _hold_back_slices(
    labels: Any, slices: tuple[int, ...], share: float, fewest: int
) -> Division | None:
    held = max(1, math.ceil(len(slices) * share))
    # Neighbouring slices alone teach where objects go on: the last two are not parted.
    ends = sorted((True, False), key=lambda at_end: not _has_row(_kept(slices, held, at_end)))
    for at_end in ends:
        chosen = slices[-held:] if at_end else slices[:held]
        rows = neighbours(chosen)
        runs = [limited(*_slab(labels.shape, n, n + count), axis=0) for n, count in rows]
        validate = tuple(run for run in runs if has_enough_objects(labels, run, fewest))
        if validate:
            cut = (0, chosen[0]) if at_end else (chosen[-1] + 1, labels.shape[0])
            which = f"the {'last' if at_end else 'first'}{f' {held}' if held > 1 else ''}"
            words = f"{which} of {len(slices)} done slices"
            return Division((_slab(labels.shape, *cut),), validate[:_MOST_RUNS], words)
    return None


def _kept(slices: tuple[int, ...], held: int, at_end: bool) -> tuple[int, ...]:
    return slices[:-held] if at_end else slices[held:]


def _has_row(slices: Sequence[int]) -> bool:
    return any(count > 1 for _, count in neighbours(slices))


def _within(
    labels: Any,
    axes: Sequence[str],
    region: Box,
    share: float,
    least: Sequence[int],
    fewest: int,
) -> Division | None:
    """Divide a box of the labels as if there were nothing beyond it."""
    begin, extent = region
    part = labels[box_slices(region)]
    reachable = [min(n, wanted) for n, wanted in zip(extent, least, strict=True)] if least else ()
    found = choose_holdout(part, axes, share, reachable, fewest)
    if found is None or not has_enough_objects(part, found.train, fewest):
        return None
    boxes = (_moved(box, begin) for box in (found.train, found.validate))
    return Division((next(boxes),), (next(boxes),), f"{found.text} of what is labelled")


def _slab(shape: Sequence[int], first: int, after: int) -> Box:
    return (first, *(0 for _ in shape[1:])), (after - first, *(int(n) for n in shape[1:]))


def _moved(box: Box, by: Sequence[int]) -> Box:
    begin, shape = box
    return tuple(b + n for b, n in zip(begin, by, strict=True)), shape


def _bounding_box(boxes: Sequence[Box]) -> Box:
    low = np.min([begin for begin, _ in boxes], axis=0)
    high = np.max([np.add(begin, shape) for begin, shape in boxes], axis=0)
    return tuple(int(n) for n in low), tuple(int(n) for n in high - low)
