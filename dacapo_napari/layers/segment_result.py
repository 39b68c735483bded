"""A prediction that is shown: the layer of its segmentation, and that of a try on a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from dacapo_engine.setup.label_meaning import LabelMeaning
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.layers.segment_layers import SegmentPlace, part_in_view, result_name, show_labels
from dacapo_napari.layers.segment_truth import TruthQuestion
from dacapo_napari.runs.segment_request import Predicted
from dacapo_napari.volumes.view_box import VoxelBox

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels

__all__ = ["SegmentResult"]

# About a second of work.
_MOST_TRIED = 400_000


@dataclass(frozen=True)
class SegmentResult:
    """What was predicted, where it belongs, and the name of the layer that shows it."""

    viewer: ViewerModel
    predicted: Predicted
    place: SegmentPlace
    name: str

    @classmethod
    def of(cls, viewer: ViewerModel, predicted: Predicted, place: SegmentPlace) -> SegmentResult:
        """A result whose layer takes the place of the last one of that run and image."""
        name = result_name(viewer, predicted.request.folder.name, place.volume.name)
        return cls(viewer, predicted, place, name)

    @property
    def folder(self) -> RunFolder:
        """That of the run, or of the model."""
        return self.predicted.request.folder

    @property
    def part(self) -> VoxelBox:
        """The voxels of the image that were predicted."""
        return self.predicted.request.part

    def tried_part(self) -> VoxelBox:
        """As much of it around the middle of the view as is segmented in about a second."""
        return part_in_view(self.viewer, self.place, self.part, _MOST_TRIED)

    def layer(self) -> Labels | None:
        """The layer of the whole, while it is open."""
        return self._layer(self.name)

    def axes(self) -> tuple[str, ...]:
        """What the axes of that layer are."""
        layer, spatial = self.layer(), self.place.volume.spatial_axes
        return ("c", *spatial) if layer is not None and layer.ndim > len(spatial) else spatial

    def show(self, labels: npt.NDArray[Any], box: VoxelBox) -> None:
        """Show the whole, or a try on a part of it in a layer of its own."""
        whole = self.layer()
        if box == self.part:
            self.remove_try()
            show_labels(self.viewer, self.name, labels, self.place, box).visible = True
            return
        if whole is not None:
            whole.visible = False
        show_labels(self.viewer, self._name_of_try, labels, self.place, box)

    def remove_try(self) -> None:
        """Close the layer of a try."""
        layer = self._layer(self._name_of_try)
        if layer is not None:
            self.viewer.layers.remove(layer)

    def question(
        self,
        box: VoxelBox,
        parameters: Mapping[str, Any],
        truth: Labels | None,
        meaning: LabelMeaning,
    ) -> TruthQuestion:
        """What the engine is asked, to segment a part again and to compare it."""
        return TruthQuestion(
            run=self.folder.path,
            prediction=self.predicted.prediction,
            parameters=parameters,
            box=self.predicted.counted(box),
            truth=truth,
            place=self.place,
            truth_box=box,
            meaning=meaning,
        )

    @property
    def _name_of_try(self) -> str:
        return f"{self.name} (try-out)"

    def _layer(self, name: str) -> Labels | None:
        return next((layer for layer in self.viewer.layers if layer.name == name), None)
