"""Brings samples of the run that is described into the viewer, before it is trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import QObject, QTimer

from dacapo_engine.errors import DacapoError
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.dock.watch.preview_question import PreviewQuestion
from dacapo_napari.engine.engine_service import EngineService, ServiceAnswer
from dacapo_napari.layers.preview_layers import PreviewLayers
from dacapo_napari.layers.sample_layers import SampleLayers
from dacapo_napari.layers.step_layers import StepLayers
from dacapo_napari.run_updates import Failed, PlacedArray
from dacapo_napari.sections.section import SectionState

__all__ = ["PreviewControl"]

_SETTLE_MS = 250
_WARM_MS = 3000


class PreviewControl(QObject):
    """Asks the engine for samples, and shows them as layers.

    Parameters
    ----------
    composer
        Describes the run.
    service
        Draws the samples, as training will.
    """

    def __init__(
        self, composer: RunComposer, service: EngineService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._composer = composer
        self._session = composer.session
        self._service = service
        self._row = composer.forms.augments.preview
        self._question = PreviewQuestion(composer)
        self._pair = PreviewLayers(self._session.viewer)
        self._steps = StepLayers(self._session.viewer)
        self._layers: SampleLayers = self._pair
        self._is_warm = self._is_loaded = False
        self._settled = _timer(self, _SETTLE_MS, self._refresh)
        self._warming = _timer(self, _WARM_MS, self._warm)
        self._warming.start()
        self._connect()
        self._on_state_changed()

    def _connect(self) -> None:
        self._row.wanted.connect(self._ask)
        self._row.steps_wanted.connect(self._ask_for_steps)
        self._row.pair_wanted.connect(self._ask_for_pair)
        self._row.fit_wanted.connect(self._fit)
        self._row.cleared.connect(self._clear)
        self._row.appeared.connect(self._warm)
        for section in self._composer.forms.sections:
            section.changed.connect(self._on_edited)
        self._composer.data.changed.connect(self._on_data_changed)
        self._session.state_changed.connect(self._on_state_changed)
        self._session.connect(self._session.viewer.layers.events.removed, self._on_removed)
        viewer = self._session.viewer
        self._session.connect(viewer.dims.events.current_step, self._tell_step)
        for let_go in (self._question.cancel, self._pair.clear, self._steps.clear):
            self._session.on_close(let_go)

    def _warm(self) -> None:
        """Let the engine be there when somebody clicks."""
        if not self._is_warm:
            self._is_warm = True
            self._warming.stop()
            self._service.warm("sample", "stages")

    def _ask(self, index: int) -> None:
        if self._layers is self._steps:
            self._ask_for_steps(index)
        else:
            self._ask_for_pair(index)

    def _ask_for_pair(self, index: int) -> None:
        self._put("sample", index, self._on_sample)

    def _ask_for_steps(self, index: int) -> None:
        self._put("stages", index, self._on_stages)

    def _put(self, verb: str, index: int, done: Callable[[ServiceAnswer], None]) -> None:
        self._warm()
        try:
            parameters = self._question.parameters(index)
        except DacapoError as error:
            self._row.show_error(str(Failed.of(error)))
            return
        self._row.show_busy(
            "Drawing…" if self._is_loaded else "Writing the labels and starting the engine…"
        )
        self._service.ask("sample", verb, parameters, done, self._on_failed)

    def _on_sample(self, answer: ServiceAnswer) -> None:
        self._show(answer, self._pair)
        self._pair.show(_placed(answer), self._composer.data.raw_combo.layer())
        self._tell(answer)

    def _on_stages(self, answer: ServiceAnswer) -> None:
        self._show(answer, self._steps)
        raw = self._composer.data.raw_combo.layer()
        self._steps.show(answer.result["names"], _placed(answer), raw)
        self._tell(answer)
        self._tell_step()

    def _show(self, answer: ServiceAnswer, layers: SampleLayers) -> None:
        """Only one kind of layers is there at a time: they lie in the same place."""
        self._is_loaded = True
        if layers is not self._layers:
            self._layers.clear()
            self._layers = layers

    def _tell(self, answer: ServiceAnswer) -> None:
        index = int(answer.result["index"])
        self._row.show_sample(index, fits=self._layers.fits(), steps=self._layers is self._steps)

    def _tell_step(self, event: object = None) -> None:
        if self._layers is self._steps and self._steps.layers():
            number, name = self._steps.step_in_view()
            self._row.show_step(number + 1, self._steps.count(), name)

    def _on_failed(self, failure: Failed) -> None:
        self._row.show_error(str(failure))

    def _on_edited(self) -> None:
        if self._layers.layers():
            self._settled.start()

    def _on_data_changed(self) -> None:
        self._on_state_changed()
        self._on_edited()

    def _on_state_changed(self) -> None:
        self._row.set_possible(self._composer.is_described or self._session.has_begun)

    def _refresh(self) -> None:
        """Show the same sample of what is described now; what does not fit says so itself."""
        sections = self._composer.forms.sections
        if any(section.state is SectionState.PROBLEM for section in sections):
            return
        if self._layers.layers():
            self._ask(self._row.index())

    def _fit(self) -> None:
        self._layers.go_there()
        self._row.show_fit(True)

    def _clear(self) -> None:
        self._service.forget("sample")
        self._layers.clear()
        self._layers = self._pair
        self._row.show_none()

    def _on_removed(self, event: object = None) -> None:
        if not self._layers.layers():
            self._row.show_none()


def _placed(answer: ServiceAnswer) -> dict[str, PlacedArray]:
    """Arrays of an answer with their places; labels as napari draws them."""
    return {
        name: PlacedArray(
            name,
            _drawable(array) if name.endswith("gt") else array,
            tuple(place["axes"]),
            tuple(place["voxel_size"]),
            tuple(place["offset"]),
            place["known"],
        )
        for name, array in answer.arrays.items()
        if (place := answer.result["places"][name])
    }


def _drawable(labels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return labels if labels.dtype == np.int32 else labels.astype(np.int64)


def _timer(parent: QObject, milliseconds: int, slot: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer
