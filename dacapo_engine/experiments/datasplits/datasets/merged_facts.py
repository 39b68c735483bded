"""What several volumes have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts

__all__ = ["merge_facts"]


def merge_facts(facts: Sequence[VolumeFacts]) -> VolumeFacts:
    """Facts by which one network for all volumes is chosen.

    The shape is the smallest along each axis, so that a patch fits every volume; objects are
    as those of the median volume, and there is background where most volumes have it. Axes and
    voxel size are those of the first volume.
    """
    first = facts[0]
    if len(facts) == 1:
        return first
    alike = [each for each in facts if each.axes == first.axes]

    def middle(read: Callable[[VolumeFacts], float]) -> float:
        return float(median(read(each) for each in alike))

    return replace(
        first,
        shape=tuple(map(min, zip(*(each.shape for each in alike), strict=True))),
        intensity_range=(
            min(each.intensity_range[0] for each in alike),
            max(each.intensity_range[1] for each in alike),
        ),
        nan_share=max(each.nan_share for each in alike),
        sampled=any(each.sampled for each in alike),
        num_objects=sum(each.num_objects for each in alike),
        foreground_share=middle(lambda each: each.foreground_share),
        object_extent=tuple(
            float(median(extents))
            for extents in zip(*(each.object_extent for each in alike), strict=True)
        ),
        object_thickness=middle(lambda each: each.object_thickness),
        small_object_voxels=int(middle(lambda each: each.small_object_voxels)),
        zero_thickness=middle(lambda each: each.zero_thickness),
        has_background=2 * sum(each.has_background for each in alike) > len(alike),
    )
