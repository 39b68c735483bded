"""Sliders that segment a kept prediction again, in the helper of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal

from dacapo_engine.chosen_parameters import choose_parameters, forget_chosen_parameters
from dacapo_engine.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning
from dacapo_napari.dock_link import DockLink
from dacapo_napari.engine_service import EngineService, ServiceAnswer
from dacapo_napari.run_updates import Failed
from dacapo_napari.sections.parameter_slider import ParameterField
from dacapo_napari.segment_layers import (
    SegmentPlace,
    part_in_view,
    result_name,
    show_labels,
)
from dacapo_napari.segment_request import Predicted
from dacapo_napari.segment_truth import TruthQuestion, find_truth, lies_like
from dacapo_napari.segment_words import count_words, score_words, tried_words
from dacapo_napari.view_box import VoxelBox

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels

    from dacapo_napari.sections.segment_panel import SegmentPanel

__all__ = ["PostProcessingControl"]

# About a second of work.
_MOST_TRIED = 400_000


@dataclass(frozen=True)
class _Result:
    """What is shown: a prediction, where it belongs, and the layer of its segmentation."""

    predicted: Predicted
    place: SegmentPlace
    name: str


class PostProcessingControl(QObject):
    """Shows a segmentation, and segments again when somebody moves a slider.

    A large prediction is tried on a part first: what is in view, as far as it takes about a
    second. Of several tries that wait only the newest is asked for.

    Signals
    -------
    changed()
        There is another result.

    Attributes
    ----------
    meaning_of : callable
        What 0 is in labels that results are compared with.
    """

    changed = Signal()

    def __init__(
        self,
        viewer: ViewerModel,
        link: DockLink,
        service: EngineService,
        panel: SegmentPanel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._link = link
        self._service = service
        self._panel = panel
        self._trial = panel.trial
        self._result: _Result | None = None
        self._validated: Mapping[str, Any] = {}
        self.meaning_of: Callable[[Labels], LabelMeaning] = _background_everywhere
        self._trial.changed.connect(self._on_moved)
        self._trial.apply_wanted.connect(self.apply)
        self._trial.use_wanted.connect(self._on_use)
        self._trial.reset_wanted.connect(self._on_reset)

    def layer(self) -> Labels | None:
        """The layer of the result, while it is open."""
        name = self._result.name if self._result is not None else None
        return next((layer for layer in self._viewer.layers if layer.name == name), None)

    def axes(self) -> tuple[str, ...]:
        """What the axes of that layer are."""
        layer = self.layer()
        if self._result is None or layer is None:
            return ()
        spatial = self._result.place.volume.spatial_axes
        return ("c", *spatial) if layer.ndim > len(spatial) else spatial

    def warm(self) -> None:
        """Let the helper load what it will need, while something else is waited for."""
        self._service.warm("post_process", "segment_choices")

    def stop(self) -> None:
        """Try nothing any more."""
        self._trial.stop()

    def show(self, predicted: Predicted, place: SegmentPlace) -> None:
        """Show a new result, and offer the parameters of its post-processing."""
        if self._result is not None:
            self._remove_try_out()
            self._result.predicted.scratch.delete()
        run = predicted.request.folder.name
        self._result = _Result(predicted, place, result_name(self._viewer, run, place.volume.name))
        self._trial.set_words("")
        if predicted.labels is not None:
            self._show_whole(predicted.labels, predicted.count)
        question = {
            "run": str(predicted.request.folder.path),
            "iteration": predicted.request.weights.iteration,
            "criterion": predicted.request.weights.criterion,
        }
        self._service.ask("choices", "segment_choices", question, self._on_choices, self._fail)

    def apply(self) -> None:
        """Segment all that was predicted with what the sliders say."""
        if self._result is None:
            return
        self._panel.status.setText("Separating objects…")
        self._panel.show_share(-1)
        self._ask("all", self._result.predicted.request.part, self._on_all)

    def _on_choices(self, answer: ServiceAnswer) -> None:
        result = self._result
        if result is None:
            return
        self._validated = answer.result["validated"]
        fields = [ParameterField.of(field) for field in answer.result["fields"]]
        values = result.predicted.parameters or answer.result["chosen"] or self._validated
        self._trial.show_fields(fields, values)
        self._trial.setVisible(bool(fields))
        self._offer_truth()
        if result.predicted.labels is None:
            self.apply()
        elif self._truth() is not None:
            self._score()

    def _offer_truth(self) -> None:
        """Compare with labels that lie like the image, unless somebody chose others."""
        result = self._result
        if result is None or result.place.layer is None or self._trial.truth() is not None:
            return
        found = find_truth(self._viewer, result.place, self.layer())
        if found is not None:
            self._trial.labels.set_layer(found)
            self._trial.stop()

    def _truth(self) -> Labels | None:
        layer, result = self._trial.truth(), self._result
        if layer is None or result is None or not lies_like(layer, result.place):
            return None
        return layer

    def _on_moved(self) -> None:
        result = self._result
        if result is None:
            return
        box = self._tried(result)
        self._trial.set_words("Trying…")
        if box == result.predicted.request.part:
            self._ask("try", box, self._on_all)
        else:
            self._ask("try", box, lambda answer: self._on_part(answer, box))

    def _score(self) -> None:
        """Say how good the result is, as it is."""
        result = self._result
        if result is not None:
            box = self._tried(result)
            self._ask("try", box, lambda answer: self._say(answer, box))

    def _tried(self, result: _Result) -> VoxelBox:
        part = result.predicted.request.part
        return part_in_view(self._viewer, result.place, part, _MOST_TRIED)

    def _ask(self, name: str, box: VoxelBox, done: Any) -> None:
        result = self._result
        if result is None:
            return
        request, predicted = result.predicted.request, result.predicted
        truth = self._truth()
        question = TruthQuestion(
            run=request.folder.path,
            prediction=predicted.prediction,
            parameters=self._trial.parameters(),
            box=predicted.counted(box),
            truth=truth,
            place=result.place,
            truth_box=box,
            meaning=BACKGROUND_EVERYWHERE if truth is None else self.meaning_of(truth),
        )
        self._service.ask(name, "post_process", question, done, self._fail)

    def _on_all(self, answer: ServiceAnswer) -> None:
        if self._result is None:
            return
        self._remove_try_out()
        self._show_whole(answer.arrays["labels"], int(answer.result["count"]))
        self._say(answer, self._result.predicted.request.part)

    def _on_part(self, answer: ServiceAnswer, box: VoxelBox) -> None:
        result = self._result
        if result is None:
            return
        whole = self.layer()
        if whole is not None:
            whole.visible = False
        name = _try_out(result.name)
        show_labels(self._viewer, name, answer.arrays["labels"], result.place, box)
        self._say(answer, box)

    def _show_whole(self, labels: Any, count: int) -> None:
        result = self._result
        if result is None:
            return
        part = result.predicted.request.part
        layer = show_labels(self._viewer, result.name, labels, result.place, part)
        layer.visible = True
        self._panel.show_share(None)
        self._panel.status.setText(count_words(count, result.name, result.predicted.text))
        self.changed.emit()

    def _say(self, answer: ServiceAnswer, box: VoxelBox) -> None:
        result = self._result
        if result is None:
            return
        whole = box == result.predicted.request.part
        self._trial.apply.setVisible(not whole)
        words = tried_words(answer.result, None if whole else box)
        truth = self._trial.truth()
        if truth is not None and self._truth() is None:
            words += f" {truth.name} does not lie like the image: nothing to compare with."
        self._trial.set_words(words, score_words(answer.result))

    def _remove_try_out(self) -> None:
        if self._result is None:
            return
        name = _try_out(self._result.name)
        for layer in [layer for layer in self._viewer.layers if layer.name == name]:
            self._viewer.layers.remove(layer)

    def _on_use(self) -> None:
        if self._result is None:
            return
        folder, parameters = self._result.predicted.request.folder, self._trial.parameters()
        self._link.call("use", choose_parameters, folder, parameters).begin(
            lambda done: self._trial.set_words(
                f"From now on {folder.name} is post-processed like this.", self._trial.score.text()
            ),
            self._fail,
        )

    def _on_reset(self) -> None:
        if self._result is None:
            return
        self._trial.show_parameters(self._validated)
        folder = self._result.predicted.request.folder
        self._link.call("use", forget_chosen_parameters, folder).begin(
            lambda done: self._on_moved(), self._fail
        )

    def _fail(self, failure: Failed) -> None:
        self._panel.show_share(None)
        self._trial.set_words("")
        self._panel.error.setText(str(failure))


def _background_everywhere(labels: Labels) -> LabelMeaning:
    return BACKGROUND_EVERYWHERE


def _try_out(name: str) -> str:
    return f"{name} (try-out)"
