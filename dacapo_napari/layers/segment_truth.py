"""Labels that a segmentation is compared with, as the engine is asked about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dacapo_engine.errors import DataError
from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning
from dacapo_napari.layers.run_layers import belongs_to_run
from dacapo_napari.layers.segment_layers import SegmentPlace, is_segmentation
from dacapo_napari.runs.segment_request import box_text
from dacapo_napari.volumes.layer_volume import LayerVolume, layer_volume
from dacapo_napari.volumes.view_box import VoxelBox
from dacapo_napari.volumes.volume_files import write_volume

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels

__all__ = ["TruthQuestion", "find_truth", "lies_like"]


@dataclass(frozen=True)
class TruthQuestion:
    """A question to ``post_process``; the labels are written when it is asked.

    Attributes
    ----------
    box
        The part to segment, as the voxels of the prediction are counted.
    truth, truth_box, meaning
        Labels to compare with, that part as their voxels are counted, and what 0 is in them.
    """

    run: Path
    prediction: str
    parameters: Mapping[str, Any]
    box: VoxelBox
    truth: Labels | None
    place: SegmentPlace
    truth_box: VoxelBox
    meaning: LabelMeaning = BACKGROUND_EVERYWHERE

    def __call__(self, scratch: Path) -> Mapping[str, Any]:
        """Plain data; off the Qt thread."""
        question = {
            "run": str(self.run),
            "prediction": self.prediction,
            "parameters": dict(self.parameters),
            "box": box_text(self.box),
        }
        if self.truth is not None:
            volume = _cropped(layer_volume(self.truth, self.place.volume.spatial_axes), self)
            container = scratch / "truth.zarr"
            question["labels"] = str(write_volume(volume, container, "labels"))
            if self.meaning.zero != "background":
                known = replace(volume, data=self._known(np.asarray(volume.data)))
                question["mask"] = str(write_volume(known, container, "known"))
        return question

    def _known(self, labels: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        """1 where the labels say something: where there is an object, and where all is done."""
        known = labels > 0
        if self.meaning.zero == "background_where_done":
            for begin, shape in self.meaning.done:
                parts = zip(begin, shape, self.truth_box, strict=True)
                inner = (slice(max(0, b - p.start), max(0, b + n - p.start)) for b, n, p in parts)
                known[tuple(inner)] = True
        return known.astype(np.uint8)


def find_truth(viewer: ViewerModel, place: SegmentPlace, result: Labels | None) -> Labels | None:
    """Labels that lie like the image, other than those that were segmented here."""
    from napari.layers import Labels

    for layer in viewer.layers:
        is_ours = layer is result or belongs_to_run(layer) or is_segmentation(layer)
        if isinstance(layer, Labels) and not is_ours and lies_like(layer, place):
            return layer
    return None


def lies_like(labels: Labels, place: SegmentPlace) -> bool:
    """Whether labels have the voxels of the image."""
    axes = place.volume.spatial_axes
    if labels.ndim != len(axes):
        return False
    try:
        volume = layer_volume(labels, axes)
    except DataError:
        return False
    pairs = zip(place.volume.shape, place.volume.axes, strict=True)
    shape = tuple(extent for extent, axis in pairs if axis != "c")
    places = (volume.voxel_size, volume.offset), (place.volume.voxel_size, place.volume.offset)
    return volume.shape == shape and np.allclose(
        np.array(places[0], float), np.array(places[1], float), rtol=1e-6
    )


def _cropped(volume: LayerVolume, question: TruthQuestion) -> LayerVolume:
    box = question.truth_box
    return replace(volume, data=volume.data[box], file=None)
