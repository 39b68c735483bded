"""What the buttons of Segment do: predict, show, give up, save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from dacapo_engine.errors import DacapoError
from dacapo_napari.dock.segment.post_processing_control import PostProcessingControl
from dacapo_napari.dock.segment.segment_choice import SegmentChoice
from dacapo_napari.engine.dock_link import DockLink
from dacapo_napari.engine.engine_service import EngineService
from dacapo_napari.engine.segment_save import ask_where, save_layer
from dacapo_napari.engine.segment_thread import SegmentThread
from dacapo_napari.layers.segment_layers import SegmentPlace
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.segment_request import Predicted
from dacapo_napari.sections.segment.segment_panel import SegmentPanel

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["SegmentControl"]


class SegmentControl(QObject):
    """Connects the panel of Segment to the engine.

    Parameters
    ----------
    link, service
        Threads and helper of the dock in which the panel is.

    Signals
    -------
    changed()
        Something can be segmented now, or no longer; or it was.
    """

    changed = Signal()

    def __init__(
        self,
        viewer: ViewerModel,
        link: DockLink,
        service: EngineService,
        panel: SegmentPanel,
    ) -> None:
        super().__init__(panel)
        self._viewer = viewer
        self._link = link
        self._service = service
        self._panel = panel
        self._thread: SegmentThread | None = None
        self._place: SegmentPlace | None = None
        self._waits = False
        self.choice = SegmentChoice(viewer, link, panel, self)
        self.trial = PostProcessingControl(viewer, link, service, panel, self)
        self._connect()
        self.refresh()

    def reset_choices(self) -> None:
        """Offer the layers that are open now."""
        self._panel.raw.combo.reset_choices()
        self._panel.trial.labels.reset_choices()

    def stop(self) -> None:
        """Let go of everything; what is being segmented is given up."""
        self.choice.stop()
        self.trial.stop()

    def refresh(self) -> None:
        """Let the buttons say what they would do now."""
        busy = self._thread is not None
        ready = self.choice.is_complete()
        self._panel.start.setEnabled(busy or ready)
        self._panel.start.setText("Cancel" if busy else "Segment")
        self._panel.save.setEnabled(self.trial.layer() is not None and not busy)
        status = self._panel.status
        if not busy and not ready and not status.text():
            status.setText("Choose an image and a trained run.")
        elif ready and status.text().startswith("Choose an image"):
            status.setText("")
        self.changed.emit()

    def start(self) -> None:
        """Segment what is chosen; give up what is being segmented."""
        if self._thread is not None:
            self._thread.requestInterruption()
            self._panel.status.setText("Giving up…")
            return
        self._panel.error.setText("")
        self._waits = self.choice.is_complete() and self.choice.is_looking
        if self._waits:
            self._panel.status.setText("Looking at the run…")
            return
        try:
            place = self.choice.place()
            request = self.choice.request(place)
        except DacapoError as error:
            self._panel.error.setText(str(Failed.of(error)))
            return
        self._place = place
        self._thread = SegmentThread(request)
        self._thread.said.connect(self._panel.status.setText)
        self._thread.progressed.connect(self._panel.show_share)
        self._thread.done.connect(self._on_done)
        self._thread.failed.connect(self._on_failed)
        self._thread.finished.connect(self._on_finished)
        self._link.interrupt_on_close(self._thread)
        self._panel.show_share(-1)
        self.trial.warm()
        self._thread.begin()
        self.refresh()

    def save(self) -> None:
        """Ask where, and write the result there."""
        layer = self.trial.layer()
        target = ask_where(self._panel, layer.name) if layer is not None else None
        if layer is None or target is None:
            return
        self._panel.error.setText("")
        try:
            said = self._panel.status.setText
            save_layer(self._service, layer, self.trial.axes(), target, said, self._fail)
        except DacapoError as error:
            self._fail(Failed.of(error))

    def _on_done(self, predicted: Predicted) -> None:
        if self._place is None:
            return
        layer = self._place.layer
        if layer is not None and layer not in self._viewer.layers:
            self._fail(Failed(f"{layer.name} was closed before its segmentation was ready."))
            return
        self.trial.show(predicted, self._place)

    def _on_choice(self) -> None:
        self.refresh()
        if self._waits and not self.choice.is_looking:
            self._panel.status.setText("")
            self.start()

    def _on_failed(self, failure: Failed) -> None:
        self._waits = False
        self._panel.status.setText("")
        self._fail(failure)

    def _fail(self, failure: Failed) -> None:
        self._panel.error.setText(str(failure))

    def _on_finished(self) -> None:
        self._thread = None
        self._panel.show_share(None)
        if self._panel.status.text().endswith("…"):
            self._panel.status.setText("")
        self.refresh()

    def _connect(self) -> None:
        self._panel.start.clicked.connect(self.start)
        self._panel.save.clicked.connect(self.save)
        self.choice.changed.connect(self._on_choice)
        self.choice.failed.connect(self._on_failed)
        self.trial.changed.connect(self.refresh)
        for name in ("inserted", "removed", "reordered", "renamed"):
            event = getattr(self._viewer.layers.events, name)
            self._link.connect(event, self._on_layers)

    def _on_layers(self, event: object = None) -> None:
        self.reset_choices()
