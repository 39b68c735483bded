"""Giving layers the size of a voxel that somebody has entered."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari.layers import Layer

__all__ = ["give_scale"]

_MICROMETRE = 1000


def give_scale(layers: Sequence[Layer], sizes: Sequence[Fraction]) -> None:
    """Let the last axes of these layers have these sizes.

    What is moved stays as many voxels away from the origin as it was; layers with larger voxels
    than the first one keep them in the same proportion.

    Parameters
    ----------
    sizes
        In nanometres; written in micrometres where they are large.
    """
    if not layers:
        return
    unit, factor = ("nm", 1) if min(sizes) < _MICROMETRE / 10 else ("um", _MICROMETRE)
    count = len(sizes)
    wanted = [float(size / factor) for size in sizes]
    ratios = [new / old for new, old in zip(wanted, layers[0].scale[-count:], strict=True)]
    for layer in layers:
        scale, translate = list(layer.scale), list(layer.translate)
        for place, ratio in zip(range(-count, 0), ratios, strict=True):
            scale[place] *= ratio
            translate[place] *= ratio
        layer.units = (*(str(each) for each in layer.units[:-count]), *(unit,) * count)
        layer.scale = scale
        layer.translate = translate
