"""Whether volumes fit each other and the network, and how much of them is labelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

from dacapo_engine.checks.finding import Finding
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.experiments.datasplits.datasets.sample_boxes import sample_boxes
from dacapo_engine.setup.fit_check import check_arrays_fit
from dacapo_engine.units import format_lengths

__all__ = ["check_fit", "check_labelled"]

_BOX_VOXELS, _BOXES = 2**22, 4
_FEW_OBJECTS, _LITTLE = 3, 0.02


def check_fit(train: Sequence[Dataset], validate: Sequence[Dataset]) -> Iterator[Finding]:
    """How raw and labels lie on each other, and whether what is scored on looks alike.

    Raises
    ------
    DataError
        If labels do not fit raw.
    """
    for dataset in (*train, *validate):
        check_arrays_fit(dataset)
    raw = train[0].raw
    size = format_lengths(raw.voxel_size_nm, raw.voxel_size_known)
    shape = " x ".join(map(str, raw.grid.shape))
    volumes = f"{len(train)} volumes, the first" if len(train) > 1 else "raw"
    text = f"{volumes} of {shape} voxels of {size}; labels lie on it."
    if raw.voxel_size_known:
        yield Finding("data", "green", text[0].upper() + text[1:])
    else:
        yield Finding(
            "data",
            "amber",
            f"The voxel size is not known: {shape} voxels are taken to be as deep as wide.",
            "Give the voxel size of the layer, so that slices further apart are treated so.",
        )
    yield from _other_sizes(raw, (*train[1:], *validate))


def _other_sizes(raw: Any, others: Sequence[Dataset]) -> Iterator[Finding]:
    for dataset in others:
        sizes = dataset.raw.voxel_size_nm
        if len(sizes) != len(raw.voxel_size_nm) or not np.allclose(
            sizes, raw.voxel_size_nm, rtol=0.02
        ):
            yield Finding(
                "data",
                "amber",
                f"{dataset.name} has voxels of {format_lengths(sizes)}, not those of the first "
                f"volume, {format_lengths(raw.voxel_size_nm)}.",
                "Resample it, or leave it out: the network sees objects of another size there.",
            )
            return


def check_labelled(train: Sequence[Dataset]) -> tuple[Finding, dict[str, float]]:
    """How many objects there are and how much is labelled, from a bounded part of the volumes."""
    objects = labelled = total = 0
    partly = False
    for dataset in train:
        found, counted, read, whole = _census(dataset)
        objects, labelled, total = objects + found, labelled + counted, total + read
        partly = partly or not whole
    share = labelled / max(1, total)
    seen = " in the parts that were read" if partly else ""
    text = (
        f"{objects:,} object{'s' * (objects != 1)}{seen}; {_percent(share)} of what there is for "
        "training is labelled."
    )
    figures = {"num_objects": objects, "labelled_share": share}
    if objects < _FEW_OBJECTS or share < _LITTLE:
        hint = "More labelled objects, from different places, help more than anything else."
        return Finding("labels", "amber", text, hint), figures
    return Finding("labels", "green", text), figures


def _census(dataset: Dataset) -> tuple[int, int, int, bool]:
    """Objects, labelled voxels and voxels read, and whether that was all."""
    labels, mask = dataset.gt, dataset.mask
    if labels is None:
        return 0, 0, 0, True
    ids: set[int] = set()
    counted = read = 0
    boxes = sample_boxes(labels.grid.shape, _BOX_VOXELS, _BOXES)
    for box in boxes:
        roi = labels.grid.cropped(box).roi
        values = labels[roi]
        known: np.ndarray[Any, Any] = np.ones(values.shape, bool)
        if mask is not None and mask.roi.contains(roi) and mask.voxel_size == labels.voxel_size:
            counts = np.asarray(mask[roi] > 0)
            known = np.any(counts, axis=0) if counts.ndim > values.ndim else counts
        ids.update(int(name) for name in np.unique(values[(values > 0) & known]))
        counted += int(np.count_nonzero(known))
        read += values.size
    return len(ids), counted, read, read >= prod(labels.grid.shape)


def _percent(share: float) -> str:
    digits = 0 if share >= 0.1 or share == 0 else 1
    return f"{100 * share:.{digits}f}\u00a0%"
