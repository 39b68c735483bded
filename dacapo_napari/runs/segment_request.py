"""What is to be segmented with what, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.setup.volume_files import CorrectedVolume, VolumeFile
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.scratch_folder import ScratchFolder
from dacapo_napari.volumes.layer_volume import LayerVolume
from dacapo_napari.volumes.view_box import VoxelBox
from dacapo_napari.volumes.volume_files import on_disk

__all__ = ["Predicted", "SegmentRequest", "Weights", "box_text"]


@dataclass(frozen=True)
class Weights:
    """Which weights of a run.

    Attributes
    ----------
    iteration
        ``best``, ``latest`` or a number.
    criterion
        By which they are best; the first of the task if None.
    """

    iteration: str = "best"
    criterion: str | None = None


@dataclass(frozen=True)
class SegmentRequest:
    """What to segment, and with what.

    Attributes
    ----------
    volume
        The whole image.
    box
        The voxels of it that are to be segmented, without channels; None for all.
    folder
        Of a trained run, or of a model that was unpacked.
    weights
        Best are the newest until the first validation.
    resample, rescale
        Whether voxels, and intensities, are brought to those of training.
    margin
        Voxels around `box` that the network may look at, per axis.
    axes_known
        Whether the engine finds out by itself what the axes of a file are.
    """

    volume: LayerVolume
    folder: RunFolder
    weights: Weights
    device: str
    python: str
    box: VoxelBox | None = None
    resample: bool = True
    rescale: bool = True
    margin: tuple[int, ...] = ()
    axes_known: bool = False

    @property
    def spatial_shape(self) -> tuple[int, ...]:
        """Extent of the image without channels."""
        pairs = zip(self.volume.shape, self.volume.axes, strict=True)
        return tuple(extent for extent, axis in pairs if axis != "c")

    @property
    def part(self) -> VoxelBox:
        """The voxels that are to be segmented."""
        return self.box or tuple(slice(0, extent) for extent in self.spatial_shape)

    def file(self) -> VolumeFile | None:
        """Where the engine finds the image itself; None where it has to be written for it."""
        file = self.volume.file
        if isinstance(file, CorrectedVolume):
            return None
        if file is not None:
            return file
        found = on_disk(self.volume)
        return None if found is None else LocalArrayIdentifier(found.container, found.dataset)

    def surrounded(self) -> tuple[LayerVolume, VoxelBox]:
        """The part of the image with what lies around it, and the part in that."""
        part, margins = self.part, self.margin or (0,) * len(self.part)
        outer = tuple(
            slice(max(0, p.start - m), min(extent, p.stop + m))
            for p, m, extent in zip(part, margins, self.spatial_shape, strict=True)
        )
        inner = tuple(
            slice(p.start - o.start, p.stop - o.start) for p, o in zip(part, outer, strict=True)
        )
        return _cropped(self.volume, outer), inner


@dataclass(frozen=True)
class Predicted:
    """A prediction that is kept, and its first segmentation where there is one yet.

    Attributes
    ----------
    prediction
        Container and dataset of the prediction.
    box
        The part of it that was asked for, as its own voxels are counted.
    labels
        Ids of the voxels of the request's `part`.
    iteration
        Whose weights predicted it.
    parameters
        Of the post-processing that made the labels.
    scratch
        The folder in which it lies; it goes with this object.
    """

    request: SegmentRequest
    prediction: str
    box: VoxelBox
    scratch: ScratchFolder
    labels: npt.NDArray[Any] | None = field(default=None, repr=False)
    iteration: int = 0
    text: str = ""
    parameters: Mapping[str, Any] | None = None

    @property
    def count(self) -> int:
        """How many objects there are."""
        return 0 if self.labels is None else int(np.count_nonzero(np.unique(self.labels)))

    def counted(self, box: VoxelBox) -> VoxelBox:
        """A box of voxels of the image, counted from the first one of what the engine read."""
        shifts = (b.start - p.start for b, p in zip(self.box, self.request.part, strict=True))
        return tuple(slice(b.start + n, b.stop + n) for b, n in zip(box, shifts, strict=True))


def box_text(box: VoxelBox) -> str:
    """A box as the command line takes it: ``0:10,5:105,5:105``."""
    return ",".join(f"{part.start}:{part.stop}" for part in box)


def _cropped(volume: LayerVolume, box: VoxelBox) -> LayerVolume:
    parts = iter(box)
    index = tuple(slice(None) if axis == "c" else next(parts) for axis in volume.axes)
    offset = tuple(
        begin + part.start * size
        for begin, part, size in zip(volume.offset, box, volume.voxel_size, strict=True)
    )
    return replace(volume, data=volume.data[index], offset=offset, file=None)
