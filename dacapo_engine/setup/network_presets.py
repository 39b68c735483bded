"""Sizes of networks, and what becomes of them for the voxels of a volume."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts

__all__ = ["PRESETS", "Preset", "PresetName", "is_flat", "relative_sizes", "suggest_network"]

_THIN = 4

PresetName = Literal["auto", "tiny", "small", "medium", "large"]


@dataclass(frozen=True)
class Preset:
    """A size of network and patch.

    Attributes
    ----------
    patch_2d, patch_3d
        Edge of the patch in voxels, of the finest axes.
    """

    title: str
    num_fmaps: int
    fmap_inc_factor: int
    levels: int
    patch_2d: int
    patch_3d: int
    batch_size: int


PRESETS: dict[str, Preset] = {
    "tiny": Preset("for a first look", 8, 2, 2, 128, 32, 1),
    "small": Preset("for a processor", 12, 3, 2, 256, 48, 1),
    "medium": Preset("for a graphics card", 16, 3, 3, 384, 72, 2),
    "large": Preset("for large objects", 32, 3, 3, 512, 96, 4),
}


def is_flat(facts: VolumeFacts) -> tuple[bool, ...]:
    """For each axis, whether the network looks at one step of it at a time."""
    axes = [axis for axis in facts.axes if axis != "c"]
    return tuple(axis in "st" for axis in axes)


def relative_sizes(facts: VolumeFacts) -> tuple[float, ...]:
    """Voxel size per axis in units of the finest one along which the network looks."""
    finest = min(
        size for size, flat in zip(facts.voxel_size_nm, is_flat(facts), strict=True) if not flat
    )
    return tuple(size / finest for size in facts.voxel_size_nm)


def suggest_network(facts: VolumeFacts, preset: Preset) -> CNNectomeUNetConfig:
    """The network and the patch of a preset, for volumes of which `facts` were measured."""
    factors, kernels = _levels(facts, preset.levels)
    return CNNectomeUNetConfig(
        input_shape=_patch(facts, preset, factors),
        fmaps_in=facts.num_channels or 1,
        num_fmaps=preset.num_fmaps,
        fmap_inc_factor=preset.fmap_inc_factor,
        fmaps_out=preset.num_fmaps,
        downsample_factors=factors,
        kernel_size_down=kernels,
        kernel_size_up=kernels[:-1],
        padding="same",
    )


def _levels(
    facts: VolumeFacts, levels: int
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[tuple[int, ...], ...], ...]]:
    """Downsampling and kernels of each level.

    An axis whose voxels are at least twice as large as the finest ones waits until the others
    have caught up; kernels do not cross it while they are four times as large. A thin stack is
    left as thin as it is, and kernels do not reach beyond one or two slices.
    """
    flat, sizes, left = is_flat(facts), list(relative_sizes(facts)), list(facts.spatial_shape)
    factors, kernels = [], []
    for level in range(levels + 1):
        fixed = [f or extent < _THIN for f, extent in zip(flat, left, strict=True)]
        finest = min((s for s, f in zip(sizes, fixed, strict=True) if not f), default=min(sizes))
        kernel = tuple(
            1 if f or extent < 3 or size >= 4 * finest else 3
            for f, extent, size in zip(flat, left, sizes, strict=True)
        )
        kernels.append((kernel, kernel))
        if level < levels:
            factor = tuple(
                1 if f or size >= 2 * finest else 2 for size, f in zip(sizes, fixed, strict=True)
            )
            sizes = [size * f for size, f in zip(sizes, factor, strict=True)]
            left = [extent // f for extent, f in zip(left, factor, strict=True)]
            factors.append(factor)
    return tuple(factors), tuple(kernels)


def _patch(
    facts: VolumeFacts, preset: Preset, factors: tuple[tuple[int, ...], ...]
) -> tuple[int, ...]:
    flat = is_flat(facts)
    dims = sum(not f for f in flat)
    sizes = [s for s, f in zip(relative_sizes(facts), flat, strict=True) if not f]
    # Anisotropic patches hold as many voxels as isotropic ones.
    edge = (preset.patch_3d if dims == 3 else preset.patch_2d) * math.prod(sizes) ** (1 / dims)
    patch = []
    for axis, (size, extent) in enumerate(
        zip(relative_sizes(facts), facts.spatial_shape, strict=True)
    ):
        step = math.prod(factor[axis] for factor in factors)
        wanted = 1 if flat[axis] else max(step, round(edge / size / step) * step)
        patch.append(max(step, min(wanted, extent // step * step)))
    return tuple(patch)
