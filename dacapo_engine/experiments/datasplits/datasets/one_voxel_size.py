"""Datasets of one run: one world unit, one voxel size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.common_world import common_world
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.units import WorldUnit, format_lengths, whole_ratio

__all__ = ["one_voxel_size"]

D = TypeVar("D", bound=Dataset)


def one_voxel_size(datasets: Sequence[D]) -> list[D]:
    """The same datasets counted alike, so that their samples can be mixed in a batch.

    Raises
    ------
    DataError
        If their voxel sizes differ.
    """
    if not datasets:
        return []
    unit: WorldUnit = "pm" if any(dataset.unit == "pm" for dataset in datasets) else "nm"
    first, *others = datasets
    for other in others:
        _check_alike(first, other)
    world = common_world(first.arrays, unit)
    finest = [min(sizes) for sizes in zip(*(a.voxel_size for a in world.values()), strict=True)]
    return [d.with_arrays(common_world(d.arrays, unit, finest)) for d in datasets]


def _check_alike(first: Dataset, other: Dataset) -> None:
    for word in ("raw", "labels"):
        one, two = first.arrays.get(word), other.arrays.get(word)
        if one is None or two is None:
            continue
        sizes = one.grid.exact_voxel_size, two.grid.exact_voxel_size
        if len(sizes[0]) == len(sizes[1]) and all(
            whole_ratio(max(a, b), min(a, b)) == 1 for a, b in zip(*sizes, strict=True)
        ):
            continue
        texts = [
            format_lengths(size, array.voxel_size_known)
            for size, array in zip(sizes, (one, two), strict=True)
        ]
        raise DataError(
            f"Voxel size of {word} is {texts[0]} in {first.name} and {texts[1]} in {other.name}.",
            hint="Resample one of them, or train on volumes of one voxel size.",
        )
