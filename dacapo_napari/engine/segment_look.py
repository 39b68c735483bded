"""Looks at what is chosen to be segmented: files are read, so off the Qt thread."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from dacapo_engine.experiments.datasplits.datasets.intensity_range import measure_intensities
from dacapo_engine.segmenting.volume_match import VolumeMatch, match_volume
from dacapo_napari.runs.run_weights import RunWeights, read_weights
from dacapo_napari.volumes.layer_volume import LayerVolume

__all__ = ["ChoiceLook", "look_at_choice", "margin_around"]


@dataclass(frozen=True)
class ChoiceLook:
    """What was found out about a run and an image.

    Attributes
    ----------
    match
        How the image differs from what the run was trained on.
    intensities
        The range of the image, where it was measured.
    """

    run: RunWeights
    match: VolumeMatch
    intensities: tuple[float, float] | None


def margin_around(run: RunWeights, volume: LayerVolume) -> tuple[int, ...]:
    """Voxels around a part that the network may look at: a patch of training on each side."""
    sizes = volume.voxel_size
    trained = run.trained.voxel_size if run.trained is not None else None
    if len(run.patch) != len(sizes):
        return ()
    known = trained if trained is not None and len(trained) == len(sizes) else sizes
    return tuple(
        math.ceil(n * max(Fraction(1), then / now))
        for n, then, now in zip(run.patch, known, sizes, strict=True)
    )


def look_at_choice(
    path: Path,
    scratch: Path,
    volume: LayerVolume | None,
    model: RunWeights | None,
    intensities: tuple[float, float] | None,
) -> ChoiceLook:
    """Look at a run, and whether an image is one like those it learnt from; off the Qt thread.

    Parameters
    ----------
    path, scratch
        The run's folder or a model file, and where that is unpacked.
    volume
        The image; None where none is chosen.
    model, intensities
        What an earlier look found out and need not be found out again.
    """
    is_same = model is not None and model.folder.path.parent == scratch
    run = model if model is not None and is_same else read_weights(path, scratch)
    if volume is None or run.trained is None:
        return ChoiceLook(run, VolumeMatch(), intensities)
    matters = run.trained.intensity_range is not None and not run.trained.even_contrast
    if matters and intensities is None:
        intensities = measure_intensities(volume.data)[0]
    sizes = volume.voxel_size if volume.known and volume.has_unit else None
    match = match_volume(run.trained, volume.axes, sizes, intensities)
    return ChoiceLook(run, match, intensities)
