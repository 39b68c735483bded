"""Segmenting with the run of the dock, from its first checkpoint on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QPushButton, QVBoxLayout, QWidget

from dacapo_engine.setup.label_meaning import LabelMeaning
from dacapo_napari.dock.segment.segment_control import SegmentControl
from dacapo_napari.engine.engine_service import EngineService
from dacapo_napari.engine.run_session import RunSession
from dacapo_napari.plugin_settings import runs_folder
from dacapo_napari.runs.run_weights import RunWeights
from dacapo_napari.sections.section import Section, SectionState
from dacapo_napari.sections.segment.segment_panel import SegmentPanel
from dacapo_napari.theme_colours import ThemeColours
from dacapo_napari.volumes.chosen_volume import Source

if TYPE_CHECKING:
    from napari.layers import Labels

    from dacapo_napari.engine.device_list import Device

__all__ = ["SegmentSection"]

_LATER = "after the first checkpoint"


class SegmentSection(Section):
    """The panel of the Segment dock, with image and run of this dock filled in.

    Signals
    -------
    train_longer()
        The run is to go on.
    run_seen(RunWeights or None)
        What there is of the run that is chosen.
    """

    train_longer = Signal()
    run_seen = Signal(object)

    def __init__(
        self, session: RunSession, service: EngineService, parent: QWidget | None = None
    ) -> None:
        super().__init__("Segment", "segment", parent)
        self._session = session
        self._filled: Path | None = None
        self._offered: Path | None = None
        self.panel = SegmentPanel(session.viewer, runs_folder(), chooses_folder=False, parent=self)
        self.control = SegmentControl(session.viewer, session.link, service, self.panel)
        self.longer = QPushButton("Train longer", self)
        self.longer.setObjectName("segment.train_longer")
        self.longer.setToolTip("Goes on with the training of this run from where it ended.")
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panel)
        layout.addWidget(self.longer)
        self.longer.clicked.connect(self.train_longer)
        self.control.changed.connect(self._refresh)
        session.run_changed.connect(self._fill_run)
        session.followed.connect(self._fill_run)
        session.state_changed.connect(self._refresh)
        self._fill_run()
        self._refresh()

    def reset_choices(self) -> None:
        """Offer the layers that are open now."""
        self.control.reset_choices()

    def show_image(self, source: Source) -> None:
        """Segment this, unless somebody chooses something else."""
        if source is not None and source != self.panel.raw.source():
            self.panel.raw.set_source(source)
            self.panel.raw.changed.emit()

    def compare_with(self, meaning_of: Callable[[Labels], LabelMeaning]) -> None:
        """Results are compared with labels in which 0 is what `meaning_of` says."""
        self.control.trial.meaning_of = meaning_of

    def show_devices(self, devices: tuple[Device, ...]) -> None:
        """Offer the devices that can be used."""
        self.panel.show_devices(devices)

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        super().set_theme(colours)
        self.panel.set_theme(colours)

    def close_down(self) -> None:
        """Look for nothing any more."""
        self.control.stop()

    def _fill_run(self) -> None:
        """Choose the run of the dock; another one that is chosen here stays until it changes."""
        folder = self._session.folder
        if folder is None:
            return
        # Elsewhere it is a name in this runs folder.
        if self.panel.folder.text() != str(folder.path.parent):
            self.panel.folder.setText(str(folder.path.parent))
        if folder.path != self._filled:
            self._filled = folder.path
            self.panel.run.setCurrentText(folder.name)

    def _refresh(self) -> None:
        run = self.control.choice.run
        is_ready = run is not None and bool(run.iterations) and self.control.choice.is_complete()
        self.longer.setVisible(self._session.has_begun and not self._session.active)
        if is_ready and run is not None:
            self.set_state(SectionState.READY, _summary(run))
        else:
            self.set_state(SectionState.TO_DO, _LATER)
        if is_ready and run is not None and self._session.active:
            self._offer(run.folder.path)
        self.run_seen.emit(run if run is not None and run.iterations else None)

    def _offer(self, path: Path) -> None:
        """Let whoever waits for the training see, once, that it can be tried already."""
        if path != self._offered:
            self._offered = path
            self.set_unfolded(True)


def _summary(run: RunWeights) -> str:
    top = next(iter(run.best.items()), None)
    if top is None:
        return f"{run.folder.name}, at {run.iterations[-1]:,}"
    criterion, score = top
    seen = " (optimistic)" if run.optimistic else ""
    return f"{run.folder.name}, {criterion.replace('_', ' ')} {score.value:.3f}{seen}"
