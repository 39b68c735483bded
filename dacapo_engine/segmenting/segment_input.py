"""A volume as a network wants to see it, and the way back to the voxels it was recorded with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.intensities_array import (
    IntensitiesArray,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.resampled_array import ResampledArray
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_map import VoxelMap
from dacapo_engine.predict import open_raw
from dacapo_engine.segmenting.trained_on import TrainedOn
from dacapo_engine.segmenting.volume_match import VolumeMatch, match_volume
from dacapo_engine.setup.volume_files import Volume

if TYPE_CHECKING:
    from funlib.geometry import Roi

    from dacapo_engine.experiments.run import Run

__all__ = ["SegmentInput", "VoxelBox", "check_fits_network", "open_input", "parse_box"]

VoxelBox = tuple[slice, ...]


@dataclass(frozen=True)
class SegmentInput:
    """A volume that is to be segmented.

    Attributes
    ----------
    recorded
        As it lies on disk.
    raw
        As the network sees it: from 0 to 1, with the voxel size of training.
    map
        Between the two.
    match
        How it differs from what the network was trained on.
    """

    recorded: Array
    raw: Array
    map: VoxelMap
    match: VolumeMatch

    @property
    def whole(self) -> VoxelBox:
        """All recorded voxels."""
        return tuple(slice(0, extent) for extent in self.recorded.grid.shape)

    def box(self, roi: Roi | None) -> VoxelBox:
        """The recorded voxels of a world region; all of them if None."""
        return self.whole if roi is None else self.recorded.grid.box(roi, "raw")

    def region(self, box: VoxelBox) -> Roi:
        """The world region of `raw` that has to be predicted for recorded voxels."""
        return self.raw.grid.cropped(self.map.box(box)).roi

    def restored(self, labels: np.ndarray[Any, Any], box: VoxelBox) -> np.ndarray[Any, Any]:
        """Ids of the predicted voxels, given to the recorded voxels that lie in them."""
        return self.map.restored(labels, self.map.box(box), box)


def open_input(
    volume: Volume,
    trained: TrainedOn | None,
    axes: tuple[str, ...] | None = None,
    *,
    resample: bool = True,
    intensities: tuple[float, float] | None = None,
    rescale: bool = True,
) -> SegmentInput:
    """Open a volume for a network.

    Parameters
    ----------
    volume
        A dataset in a container, or an image file.
    trained
        What the network was trained on, if that is known.
    axes
        What the axes of the volume are, where that has to be said.
    resample
        Bring voxels to the size of training.
    intensities
        What becomes 0 and 1; measured, or that of training, if None.
    rescale
        Whether it is measured. Otherwise the range of training is taken, so that an intensity
        means what it meant there.

    Raises
    ------
    DataError
        If values are no numbers, or a range was wanted that is not known.
    """
    raw = open_raw(volume, axes)
    found = (raw.min, raw.max)
    sizes = raw.grid.exact_voxel_size
    known = sizes if raw.voxel_size_known else None
    match = match_volume(trained, raw.axes, known, found)
    low, high = intensities or (found if rescale else _range_of_training(trained))
    recorded = raw.source_array
    scaled: Array = IntensitiesArray.of(recorded, low, high)
    wanted = match.voxel_size if resample and match.voxel_size else sizes
    if wanted != sizes:
        scaled = ResampledArray.of(scaled, wanted)
    return SegmentInput(recorded, scaled, VoxelMap.between(sizes, wanted), match)


def check_fits_network(run: Run, raw: Array) -> None:
    """DataError where `raw` has not the channels or axes that a network was trained on."""
    have, need = raw.num_channels or 1, run.model.num_in_channels
    if have != need:
        raise DataError(
            f"raw has {have} channel{'s' * (have > 1)}; this run was trained on {need}.",
            hint="Choose a volume of the kind it was trained on, or name its axes.",
        )
    if raw.dims != run.model.architecture.dims:
        raise DataError(
            f"raw has {raw.dims} axes in space; this run was trained on "
            f"{run.model.architecture.dims}.",
            hint="Choose a volume of the kind it was trained on, or name its axes.",
        )


def parse_box(text: str) -> VoxelBox:
    """A box written as ``0:10,5:105,5:105``, in voxels.

    Raises
    ------
    ConfigError
        If it is written otherwise, or empty.
    """
    try:
        ends = [part.split(":") for part in text.replace(" ", "").split(",")]
        box = tuple(slice(int(begin), int(end)) for begin, end in ends)
    except ValueError:
        box = ()
    if not box or any(not 0 <= part.start < part.stop for part in box):
        raise ConfigError(
            f"{text!r} is no box of voxels.",
            hint="Write first:last for each axis, such as 0:10,5:105,5:105; last is not included.",
        )
    return box


def _range_of_training(trained: TrainedOn | None) -> tuple[float, float]:
    if trained is None or trained.intensity_range is None:
        raise DataError(
            "It is not known which intensities this run was trained on.",
            hint="Let the range of the volume be measured.",
        )
    return trained.intensity_range
