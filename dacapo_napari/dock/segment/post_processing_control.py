"""Sliders that segment a kept prediction again, in the helper of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal

from dacapo_engine.segmenting.chosen_parameters import choose_parameters, forget_chosen_parameters
from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning
from dacapo_napari.engine.dock_link import DockLink
from dacapo_napari.engine.engine_service import EngineService, Parameters, ServiceAnswer
from dacapo_napari.layers.segment_layers import SegmentPlace
from dacapo_napari.layers.segment_result import SegmentResult
from dacapo_napari.layers.segment_truth import find_truth, lies_like
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.segment_request import Predicted
from dacapo_napari.runs.segment_words import count_words, score_words, tried_words
from dacapo_napari.sections.segment.parameter_slider import ParameterField
from dacapo_napari.volumes.view_box import VoxelBox

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels

    from dacapo_napari.sections.segment.segment_panel import SegmentPanel

__all__ = ["PostProcessingControl"]


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
        self._result: SegmentResult | None = None
        self._validated: Mapping[str, Any] = {}
        self.meaning_of: Callable[[Labels], LabelMeaning] = _background_everywhere
        self._trial.changed.connect(self._on_moved)
        self._trial.apply_wanted.connect(self.apply)
        self._trial.use_wanted.connect(self._on_use)
        self._trial.reset_wanted.connect(self._on_reset)

    def layer(self) -> Labels | None:
        """The layer of the result, while it is open."""
        return None if self._result is None else self._result.layer()

    def axes(self) -> tuple[str, ...]:
        """What the axes of that layer are."""
        return () if self._result is None else self._result.axes()

    def warm(self) -> None:
        """Let the helper load what it will need, while something else is waited for."""
        self._service.warm("post_process", "segment_choices")

    def stop(self) -> None:
        """Try nothing any more."""
        self._trial.stop()

    def show(self, predicted: Predicted, place: SegmentPlace) -> None:
        """Show a new result, and offer the parameters of its post-processing."""
        self._forget()
        result = self._result = SegmentResult.of(self._viewer, predicted, place)
        self._trial.set_words("")
        if predicted.labels is not None:
            self._show(result, predicted.labels, result.part, predicted.count)
        weights = predicted.request.weights
        question = {
            "run": str(result.folder.path),
            "iteration": weights.iteration,
            "criterion": weights.criterion,
        }
        self._ask("choices", "segment_choices", question, lambda told: self._offer(result, told))

    def apply(self) -> None:
        """Segment all that was predicted with what the sliders say."""
        if self._result is not None:
            self._panel.status.setText("Separating objects…")
            self._panel.show_share(-1)
            self._try(self._result, self._result.part)

    def _forget(self) -> None:
        """Let go of the last result; what was asked about it is no longer wanted."""
        for name in ("choices", "try"):
            self._service.forget(name)
        if self._result is not None:
            self._result.remove_try()
            self._result.predicted.scratch.delete()

    def _offer(self, result: SegmentResult, answer: ServiceAnswer) -> None:
        self._validated = answer.result["validated"]
        fields = [ParameterField.of(field) for field in answer.result["fields"]]
        values = result.predicted.parameters or answer.result["chosen"] or self._validated
        self._trial.show_fields(fields, values)
        self._trial.setVisible(bool(fields))
        self._offer_truth(result)
        if result.predicted.labels is None:
            self.apply()
        elif self._truth(result) is not None:
            # How good it is as it is.
            self._try(result, result.tried_part(), shows=False)

    def _offer_truth(self, result: SegmentResult) -> None:
        """Compare with labels that lie like the image, unless somebody chose others."""
        if result.place.layer is None or self._trial.truth() is not None:
            return
        found = find_truth(self._viewer, result.place, result.layer())
        if found is not None:
            self._trial.labels.set_layer(found)
            self._trial.stop()

    def _truth(self, result: SegmentResult) -> Labels | None:
        layer = self._trial.truth()
        return layer if layer is not None and lies_like(layer, result.place) else None

    def _on_moved(self) -> None:
        if self._result is not None:
            self._trial.set_words("Trying…")
            self._try(self._result, self._result.tried_part())

    def _try(self, result: SegmentResult, box: VoxelBox, *, shows: bool = True) -> None:
        """Ask for the segmentation of a part; only the newest of these questions is answered."""
        truth = self._truth(result)
        meaning = BACKGROUND_EVERYWHERE if truth is None else self.meaning_of(truth)
        question = result.question(box, self._trial.parameters(), truth, meaning)

        def on_tried(answer: ServiceAnswer) -> None:
            if shows:
                self._show(result, answer.arrays["labels"], box, int(answer.result["count"]))
            self._say(result, answer, box)

        self._ask("try", "post_process", question, on_tried)

    def _ask(
        self, name: str, verb: str, question: Parameters, done: Callable[[ServiceAnswer], None]
    ) -> None:
        self._service.ask(name, verb, question, done, self._fail)

    def _show(self, result: SegmentResult, labels: Any, box: VoxelBox, count: int) -> None:
        result.show(labels, box)
        self._panel.show_share(None)
        if box == result.part:
            self._panel.status.setText(count_words(count, result.name, result.predicted.text))
        self.changed.emit()

    def _say(self, result: SegmentResult, answer: ServiceAnswer, box: VoxelBox) -> None:
        whole = box == result.part
        self._trial.apply.setVisible(not whole)
        words = tried_words(answer.result, None if whole else box)
        truth = self._trial.truth()
        if truth is not None and self._truth(result) is None:
            words += f" {truth.name} does not lie like the image: nothing to compare with."
        self._trial.set_words(words, score_words(answer.result))

    def _on_use(self) -> None:
        if self._result is None:
            return
        folder, score = self._result.folder, self._trial.score.text()
        words = f"From now on {folder.name} is post-processed like this."
        self._link.call("use", choose_parameters, folder, self._trial.parameters()).begin(
            lambda done: self._trial.set_words(words, score), self._fail
        )

    def _on_reset(self) -> None:
        if self._result is None:
            return
        self._trial.show_parameters(self._validated)
        self._link.call("use", forget_chosen_parameters, self._result.folder).begin(
            lambda done: self._on_moved(), self._fail
        )

    def _fail(self, failure: Failed) -> None:
        self._panel.show_share(None)
        self._panel.status.setText("")
        self._trial.set_words("")
        self._panel.error.setText(str(failure))


def _background_everywhere(labels: Labels) -> LabelMeaning:
    return BACKGROUND_EVERYWHERE
