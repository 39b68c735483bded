"""How far a network looks beyond what it predicts, and what that means for boxes of labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dacapo_engine.experiments.architectures.architecture_config import ArchitectureConfig
from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.unet_sizes import axis_sizes
from dacapo_engine.setup.boxes import Box

__all__ = ["Leak", "find_leak", "network_context", "shrunk_by"]


def network_context(architecture: ArchitectureConfig, dims: int) -> tuple[int, ...]:
    """Voxels of raw beyond a predicted voxel that the network can see, per axis, on either side.

    That of every U-Net follows from its kernels and downsampling, with either padding; of
    another network nothing is known, and it is taken not to look any farther.

    Parameters
    ----------
    dims
        Axes of the labels but channels; a network of images sees no other image.
    """
    if not isinstance(architecture, CNNectomeUNetConfig):
        return (0,) * dims
    missing = max(0, dims - len(architecture.input_shape))
    axes = range(len(architecture.input_shape))
    return (0,) * missing + tuple(_reach(architecture, axis) for axis in axes)


def _reach(config: CNNectomeUNetConfig, axis: int) -> int:
    sizes = axis_sizes(config, axis)
    seen = 0.0
    for level, taken in enumerate(sizes.down):
        voxel = math.prod(sizes.factors[:level])
        seen += voxel * taken / 2
        if level < len(sizes.factors):
            # A coarse voxel holds that many fine ones, wherever in it the predicted one lies.
            seen += voxel * (sizes.factors[level] - 1) + voxel * sizes.up[level] / 2
    return min(math.ceil(seen), config.input_shape[axis])


@dataclass(frozen=True)
class Leak:
    """A box to train on and a box to be scored on of which the network sees both.

    Attributes
    ----------
    train, validate
        Which ones, by number.
    axis
        Along which they are best moved apart.
    missing
        By how many voxels.
    overlapping
        Whether they share labels, not only raw.
    """

    train: int
    validate: int
    axis: int
    missing: int
    overlapping: bool


def find_leak(train: Sequence[Box], validate: Sequence[Box], context: Sequence[int]) -> Leak | None:
    """The first two boxes that lie nearer to each other than the network looks; None if none do."""
    for number, one in enumerate(train):
        for other_number, other in enumerate(validate):
            gaps = _gaps(one, other)
            missing = [need - gap for gap, need in zip(gaps, context, strict=True)]
            overlapping = all(gap < 0 for gap in gaps)
            if overlapping or all(n > 0 for n in missing):
                axis = min(range(len(gaps)), key=lambda axis: _cost(missing, other, axis))
                return Leak(number, other_number, axis, missing[axis], overlapping)
    return None


def shrunk_by(box: Box, other: Box, axis: int, count: int) -> Box | None:
    """`box` without `count` voxels on the side of `other`; None where nothing would be left."""
    begin, shape = list(box[0]), list(box[1])
    if shape[axis] <= count:
        return None
    if 2 * begin[axis] + shape[axis] >= 2 * other[0][axis] + other[1][axis]:
        begin[axis] += count
    shape[axis] -= count
    return tuple(begin), tuple(shape)


def _gaps(one: Box, other: Box) -> list[int]:
    """Voxels between two boxes along each axis; below 0 where they overlap along it."""
    return [max(b - (a + n), a - (b + m)) for a, n, b, m in zip(*one, *other, strict=True)]


def _cost(missing: Sequence[int], box: Box, axis: int) -> float:
    """Which share of a box is lost by moving its side."""
    return missing[axis] / box[1][axis]
