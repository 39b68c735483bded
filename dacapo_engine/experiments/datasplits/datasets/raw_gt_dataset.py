"""A labelled volume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from funlib.geometry import Coordinate

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array import voxel_box
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import RegionConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.labelled_mask import (
    KnownLabels,
    LabelledMask,
)
from dacapo_engine.experiments.datasplits.datasets.common_world import common_world
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.experiments.datasplits.datasets.label_check import check_labels, check_overlap
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.units import exact_number, to_world

__all__ = ["RawGTDataset"]


class RawGTDataset(Dataset):
    """Raw with labels, and optionally a mask, in one world unit.

    Raises
    ------
    DataError
        If raw, labels and mask do not fit each other, or the labels cannot be labels.
    """

    raw: Array
    gt: Array

    def __init__(self, dataset_config: RawGTDatasetConfig) -> None:
        raw_config, gt_config = dataset_config.raw_config, dataset_config.gt_config
        mask_config = dataset_config.mask_config
        self.name = dataset_config.name
        self.weight = dataset_config.weight
        self._points_nm = dataset_config.sample_points
        self._take(
            raw_config.array_type(raw_config),
            gt_config.array_type(gt_config),
            None if mask_config is None else mask_config.array_type(mask_config),
            dataset_config.unlabelled_value,
            dataset_config.done,
        )

    @classmethod
    def from_arrays(
        cls,
        name: str,
        raw: Array,
        gt: Array,
        mask: Array | None = None,
        *,
        weight: int = 1,
        unlabelled_value: int | None = None,
        done: Sequence[RegionConfig] | None = None,
    ) -> Self:
        """A dataset of arrays that are open already; the rest as in its config."""
        made = cls.__new__(cls)
        made.name = name
        made.weight = weight
        made._points_nm = None
        made._take(raw, gt, mask, unlabelled_value, done)
        return made

    def with_arrays(self, arrays: Mapping[str, Array]) -> Self:
        changed = super().with_arrays(arrays)
        changed.sample_points = _in_world(self._points_nm, changed.gt)
        return changed

    def _take(
        self,
        raw: Array,
        gt: Array,
        mask: Array | None,
        unlabelled_value: int | None,
        done: Sequence[RegionConfig] | None,
    ) -> None:
        arrays = {"raw": raw, "labels": gt} | ({} if mask is None else {"mask": mask})
        try:
            arrays = common_world(arrays)
            self.raw, self.gt, self.mask = arrays["raw"], arrays["labels"], arrays.get("mask")
            self._leave_out(unlabelled_value, done)
            check_overlap(self.raw, self.gt, self.mask)
            check_labels(self.gt)
        except DataError as error:
            place = error.place or self.name
            raise DataError(error.message, hint=error.hint, place=place) from error
        self.sample_points = _in_world(self._points_nm, self.gt)

    def _leave_out(self, unlabelled_value: int | None, done: Sequence[RegionConfig] | None) -> None:
        """Take what is not labelled out of the mask, and out of the labels."""
        if unlabelled_value is None and done is None:
            return
        boxes = None if done is None else [voxel_box(one, self.gt.grid, "labels") for one in done]
        self.mask = LabelledMask(self.gt, self.mask, unlabelled_value, boxes)
        if unlabelled_value:
            self.gt = KnownLabels(self.gt, unlabelled_value)


def _in_world(points_nm: Sequence[Sequence[float]] | None, array: Array) -> list[Coordinate] | None:
    if points_nm is None:
        return None
    grid = array.grid
    return [
        grid.offset
        + Coordinate(
            to_world(exact_number(value) - begin, grid.unit)
            for value, begin in zip(point, grid.exact_offset, strict=True)
        )
        for point in points_nm
    ]
