"""From affinities to objects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.neighborhood import Offsets, is_nearest, pair_slices

__all__ = ["mean_nearest_affinity", "mutex_watershed"]

_MOST_PAIRS = 100_000_000
_LARGEST_STRIDE = 4


def mean_nearest_affinity(affinities: NDArray[Any], offsets: Offsets) -> NDArray[np.float32]:
    """Mean affinity of each voxel to the neighbors that touch it, on both sides.

    Parameters
    ----------
    affinities
        Between 0 and 1, ``[offset, (z,) y, x]``.
    offsets
        In voxels; at least one `is_nearest`.

    Returns
    -------
    numpy.ndarray
        ``[(z,) y, x]``; 0 for a voxel without neighbors.
    """
    shape = affinities.shape[1:]
    total = np.zeros(shape, dtype=np.float32)
    count = np.zeros(shape, dtype=np.uint8)
    for channel, offset in zip(affinities, offsets, strict=True):
        if is_nearest(offset):
            here, there = pair_slices(shape, offset)
            for voxels in (here, there):
                total[voxels] += channel[here]
                count[voxels] += 1
    total /= np.maximum(count, 1)
    return total


def mutex_watershed(
    affinities: Sequence[NDArray[Any]],
    offsets: Offsets,
    biases: Sequence[float],
    foreground: NDArray[np.bool_] | None = None,
    long_range_stride: int = 1,
) -> NDArray[np.uint64]:
    """Objects by the mutex watershed (Wolf et al. 2018, ECCV) of ``affinities - bias``.

    Pairs are visited from the strongest to the weakest: those above their bias join two
    objects, those below forbid that they are ever joined.

    Parameters
    ----------
    affinities
        Between 0 and 1, one array ``[(z,) y, x]`` for each offset.
    offsets
        In voxels.
    biases
        One for each offset.
    foreground
        ``[(z,) y, x]``; the rest becomes background. None for everywhere.
    long_range_stride
        Use offsets that are not `is_nearest` at every so manyth voxel along each axis: 2 in 3D
        takes an eighth of the time and memory for them. Raised by itself for large volumes,
        since each pair takes some 65 bytes.

    Returns
    -------
    numpy.ndarray
        Ids in no particular order, 0 for background, of the shape of one array. Where no
        offset reaches along the first axis of a volume, its slices are separate images.
    """
    shape = affinities[0].shape
    usable = [i for i, offset in enumerate(offsets) if _fits(offset, shape)]
    if not usable:
        return _single_voxels(shape, foreground)
    picked = [tuple(offsets[i]) for i in usable]
    edges = [(affinities[i], biases[i]) for i in usable]
    if len(shape) > 2 and not any(offset[0] for offset in picked):
        return _slice_by_slice(edges, picked, foreground, long_range_stride)
    return _agglomerate(edges, picked, foreground, long_range_stride)


def _slice_by_slice(
    edges: Sequence[tuple[NDArray[Any], float]],
    offsets: Offsets,
    foreground: NDArray[np.bool_] | None,
    stride: int,
) -> NDArray[np.uint64]:
    flat = [tuple(offset[1:]) for offset in offsets]
    labels = np.zeros(edges[0][0].shape, dtype=np.uint64)
    for z in range(len(labels)):
        in_slice = [(channel[z], bias) for channel, bias in edges]
        inside = None if foreground is None else foreground[z]
        ids = _agglomerate(in_slice, flat, inside, stride)
        labels[z] = np.where(ids > 0, ids + np.uint64(z * (2 * ids.size + 1)), 0)
    return labels


def _agglomerate(
    edges: Sequence[tuple[NDArray[Any], float]],
    offsets: Offsets,
    foreground: NDArray[np.bool_] | None,
    stride: int,
) -> NDArray[np.uint64]:
    import mwatershed

    shape = edges[0][0].shape
    strength = np.empty((len(edges), *shape), dtype=np.float64)
    for out, (channel, bias), offset in zip(strength, edges, offsets, strict=True):
        np.subtract(channel, bias, out=out)
        if foreground is not None:
            here, there = pair_slices(shape, offset)
            out[here] *= foreground[here] & foreground[there]
    labels: NDArray[np.uint64] = mwatershed.agglom(
        strength, [list(offset) for offset in offsets], strides=_strides(offsets, shape, stride)
    )
    # mwatershed leaves 0 where a voxel joined no other one.
    alone = np.flatnonzero(labels == 0).astype(np.uint64)
    labels.flat[alone] = alone + np.uint64(labels.size + 1)
    if foreground is not None:
        labels[~foreground] = 0
    return labels


def _strides(offsets: Offsets, shape: Sequence[int], stride: int) -> list[list[int]]:
    # An axis that no offset follows holds separate images, each of which needs its pairs.
    reached = np.any(np.asarray(offsets) != 0, axis=0)
    num_long = sum(not is_nearest(offset) for offset in offsets)
    num_nearest = len(offsets) - num_long
    voxels = math.prod(shape)
    while (
        stride < _LARGEST_STRIDE
        and voxels * (num_nearest + num_long / stride ** int(reached.sum())) > _MOST_PAIRS
    ):
        stride += 1
    long_range = [stride if axis else 1 for axis in reached]
    return [[1] * len(offset) if is_nearest(offset) else long_range for offset in offsets]


def _single_voxels(shape: Sequence[int], foreground: NDArray[Any] | None) -> NDArray[np.uint64]:
    ids = np.arange(1, 1 + int(np.prod(shape)), dtype=np.uint64).reshape(shape)
    return ids if foreground is None else ids * foreground


def _fits(offset: Sequence[int], shape: Sequence[int]) -> bool:
    return all(abs(component) < size for component, size in zip(offset, shape, strict=True))
