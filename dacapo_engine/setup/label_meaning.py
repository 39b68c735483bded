"""What the labels of a volume mean: what 0 is, what is finished, what is held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import RegionConfig
from dacapo_engine.setup.boxes import Box, neighbours
from dacapo_engine.setup.holdout import FEWEST_OBJECTS

__all__ = [
    "BACKGROUND_EVERYWHERE",
    "Box",
    "LabelFields",
    "LabelMeaning",
    "ZeroMeaning",
    "done_slices",
    "region",
]

_VOLUME_AXES = 3
_THIN = 16

ZeroMeaning = Literal["background", "background_where_done", "unknown"]
"""What 0 is: no object anywhere, no object in what is done, or nothing that anybody looked at."""


class LabelFields(TypedDict):
    """Fields of a dataset's config that say what 0 is."""

    unlabelled_value: int | None
    done: tuple[RegionConfig, ...] | None


@dataclass(frozen=True)
class LabelMeaning:
    """What somebody says about labels that cannot be seen in them.

    Boxes are begin and shape in voxels of the labels, one number per axis but channels.

    Attributes
    ----------
    zero
        What 0 is.
    done
        Boxes that were painted completely; a slice is a box one voxel thick. They count where
        `zero` is ``background_where_done``.
    kinds
        Whether ids are kinds of things, and not objects.
    train, validate
        Boxes to train on and boxes to be scored on; chosen by itself where there are none.
    """

    zero: ZeroMeaning = "background"
    done: tuple[Box, ...] = ()
    kinds: bool = False
    train: tuple[Box, ...] = ()
    validate: tuple[Box, ...] = ()

    @property
    def fewest_objects(self) -> int:
        """How many ids what is held back needs, so that a score says something."""
        return 1 if self.kinds else FEWEST_OBJECTS

    def is_in_slices(self, shape: Sequence[int]) -> bool:
        """Whether only thin stacks of slices are done, in which no object is seen as a whole.

        Parameters
        ----------
        shape
            Of the labels, without channels.
        """
        if self.zero != "background_where_done" or len(shape) < _VOLUME_AXES:
            return False
        rows = neighbours(done_slices(self.done, shape))
        return bool(rows) and all(count < _THIN for _, count in rows)

    def dataset_fields(self) -> LabelFields:
        """What a dataset's config says of 0."""
        if self.zero == "background":
            return {"unlabelled_value": None, "done": None}
        if self.zero == "unknown":
            return {"unlabelled_value": 0, "done": None}
        return {"unlabelled_value": None, "done": tuple(region(box) for box in self.done)}


def done_slices(done: Sequence[Box], shape: Sequence[int]) -> tuple[int, ...]:
    """Indices along the first axis that boxes mark as done as a whole.

    Parameters
    ----------
    done
        Boxes of voxels.
    shape
        Of the labels.
    """
    slices: set[int] = set()
    for begin, extent in done:
        rest = zip(begin[1:], extent[1:], shape[1:], strict=True)
        if all(b <= 0 and b + n >= whole for b, n, whole in rest):
            slices.update(range(max(0, begin[0]), min(begin[0] + extent[0], shape[0])))
    return tuple(sorted(slices))


BACKGROUND_EVERYWHERE = LabelMeaning()
"""What labels mean of which nobody has said anything."""


def region(box: Box) -> RegionConfig:
    """A box of voxels, as configs say it."""
    offset, shape = box
    return RegionConfig(offset=offset, shape=shape, unit="voxels")
