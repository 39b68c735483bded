"""Brings samples of the run that is described into the viewer, before it is trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from qtpy.QtCore import QObject, QTimer

from dacapo_engine.errors import DacapoError, NotFoundError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_napari.engine_service import EngineService, ServiceAnswer
from dacapo_napari.preview_layers import PreviewLayers
from dacapo_napari.preview_volumes import PreviewVolumes
from dacapo_napari.run_composer import RunComposer
from dacapo_napari.run_settings import RunSettings
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
        self._volumes = PreviewVolumes()
        self._layers = PreviewLayers(self._session.viewer)
        self._is_warm = self._is_loaded = False
        self._settled = _timer(self, _SETTLE_MS, self._refresh)
        self._warming = _timer(self, _WARM_MS, self._warm)
        self._warming.start()
        self._connect()
        self._on_state_changed()

    def _connect(self) -> None:
        self._row.wanted.connect(self._ask)
        self._row.fit_wanted.connect(self._fit)
        self._row.cleared.connect(self._clear)
        self._row.appeared.connect(self._warm)
        for section in self._composer.forms.sections:
            section.changed.connect(self._on_edited)
        self._composer.data.changed.connect(self._on_data_changed)
        self._session.state_changed.connect(self._on_state_changed)
        self._session.connect(self._session.viewer.layers.events.removed, self._on_removed)
        self._session.on_close(self._volumes.cancel)
        self._session.on_close(self._layers.clear)

    def _warm(self) -> None:
        """Let the engine be there when somebody clicks."""
        if not self._is_warm:
            self._is_warm = True
            self._warming.stop()
            self._service.warm("sample")

    def _ask(self, index: int) -> None:
        self._warm()
        try:
            parameters = self._parameters(index)
        except DacapoError as error:
            self._row.show_error(str(Failed.of(error)))
            return
        self._row.show_busy(
            "Drawing…" if self._is_loaded else "Writing the labels and starting the engine…"
        )
        self._service.ask("sample", "sample", parameters, self._on_sample, self._on_failed)

    def _parameters(self, index: int) -> Callable[[Path], Mapping[str, Any]]:
        look = self._session.look
        if self._session.has_begun and look is not None and look.config is not None:
            settings = self._composer.forms.settings()
            return _of_run(look.config, settings, index)
        request = self._composer.request()
        if request.data is None and request.origin is None:
            raise NotFoundError("Choose an image and its labels first.", place="data")
        volumes = self._volumes

        def parameters(scratch: Path) -> Mapping[str, Any]:
            return {"config": volumes.config(request, scratch).to_dict(), "index": index}

        return parameters

    def _on_sample(self, answer: ServiceAnswer) -> None:
        self._is_loaded = True
        arrays = {
            name: PlacedArray(
                name,
                array if name.endswith("raw") else array.astype("int64"),
                tuple(answer.result["places"][name]["axes"]),
                tuple(answer.result["places"][name]["voxel_size"]),
                tuple(answer.result["places"][name]["offset"]),
                answer.result["places"][name]["known"],
            )
            for name, array in answer.arrays.items()
        }
        index = int(answer.result["index"])
        self._layers.show(arrays, self._composer.data.raw_combo.layer())
        self._row.show_sample(index, fits=self._layers.fits())

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
        self._row.show_none()

    def _on_removed(self, event: object = None) -> None:
        if not self._layers.layers():
            self._row.show_none()


def _of_run(
    config: RunConfig, settings: RunSettings, index: int
) -> Callable[[Path], Mapping[str, Any]]:
    """A sample of a run that is there, from its own volumes."""

    def parameters(scratch: Path) -> Mapping[str, Any]:
        return {"config": settings.applied_to(config).to_dict(), "index": index}

    return parameters


def _timer(parent: QObject, milliseconds: int, slot: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer
