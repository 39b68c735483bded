"""*Plugins > DaCapo > Segment*: an image, a trained run, and the objects as a labels layer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent
from qtpy.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from dacapo_napari.dock.segment.segment_control import SegmentControl
from dacapo_napari.engine.device_list import ask_for_devices
from dacapo_napari.engine.dock_link import DockLink
from dacapo_napari.engine.engine_service import EngineService
from dacapo_napari.plugin_settings import engine_python, runs_folder
from dacapo_napari.run_updates import Failed
from dacapo_napari.sections.segment.segment_panel import SegmentPanel
from dacapo_napari.theme_colours import theme_colours

if TYPE_CHECKING:
    import napari

__all__ = ["SegmentWidget"]

_LEAST_WIDTH = 320


class SegmentWidget(QWidget):
    """The Segment dock.

    Parameters
    ----------
    napari_viewer
        Whose layers are segmented, and where the result is shown.
    """

    def __init__(self, napari_viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._link = DockLink()
        self.service = EngineService(engine_python(), self)
        self.panel = SegmentPanel(napari_viewer, runs_folder(), chooses_folder=True, parent=self)
        self.control = SegmentControl(napari_viewer, self._link, self.service, self.panel)
        self._lay_out()
        self._connect()
        self._on_theme_changed()

    def reset_choices(self, event: object = None) -> None:
        """Offer the layers that are open now."""
        self.control.reset_choices()

    def event(self, event: QEvent | None) -> bool:
        """Let go of the viewer when the dock is taken out of its window."""
        handled = bool(super().event(event))
        is_moved = event is not None and event.type() == QEvent.Type.ParentChange
        if is_moved and self.parent() is None:
            self.close_down()
        return handled

    def show_model(self, path: Path) -> None:
        """Choose a run folder or a model file."""
        self.panel.run.setCurrentText(str(path))

    def close_down(self) -> None:
        """Let go of everything; what is being segmented is given up."""
        self.control.stop()
        self._link.close()

    def _on_no_devices(self, failure: Failed) -> None:
        self.panel.error.setText(f"The engine does not answer: {failure}")

    def _on_theme_changed(self, event: object = None) -> None:
        self.panel.set_theme(theme_colours(self._viewer.theme))

    def _connect(self) -> None:
        self._link.on_close(self.service.close)
        self._link.connect(self._viewer.events.theme, self._on_theme_changed)
        # A partial, since Qt would not keep the link alive for a bound method of it.
        self.destroyed.connect(partial(DockLink.close, self._link))
        self._link.call("devices", ask_for_devices, engine_python()).begin(
            self.panel.show_devices, self._on_no_devices
        )

    def _lay_out(self) -> None:
        body = QWidget(self)
        inside = QVBoxLayout(body)
        inside.setContentsMargins(6, 6, 6, 6)
        inside.addWidget(self.panel)
        inside.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self.setMinimumWidth(_LEAST_WIDTH)
