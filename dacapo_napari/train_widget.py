"""*Plugins > DaCapo > Train*: composes a run, starts the engine, and watches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, Qt, QTimer
from qtpy.QtGui import QKeySequence, QShortcut
from qtpy.QtWidgets import QVBoxLayout, QWidget

from dacapo_engine.errors import DacapoError
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState
from dacapo_napari.device_list import ask_for_devices
from dacapo_napari.dock_link import DockLink
from dacapo_napari.engine_thread import EngineThread
from dacapo_napari.pipeline_view import open_pipeline
from dacapo_napari.plugin_settings import engine_python, remember_runs_folder, runs_folder
from dacapo_napari.run_layers import WorldUnits, show_snapshot
from dacapo_napari.run_settings import RunSettings
from dacapo_napari.run_setup import RunLook, TrainingRequest, look_at_run
from dacapo_napari.run_updates import (
    Ended,
    Failed,
    LossRows,
    Prepared,
    Snapshot,
    SnapshotList,
    StatusChanged,
    Update,
    ValidationRows,
)
from dacapo_napari.sections.curve_section import CurveSection
from dacapo_napari.sections.data_section import DataSection
from dacapo_napari.sections.run_forms import RunForms
from dacapo_napari.sections.section_stack import SectionStack
from dacapo_napari.sections.train_bar import TrainBar
from dacapo_napari.sections.train_section import TrainSection
from dacapo_napari.suggestion import Suggestion, suggest
from dacapo_napari.theme_colours import theme_colours

if TYPE_CHECKING:
    import napari

__all__ = ["TrainWidget"]

_LEAST_WIDTH = 380


class TrainWidget(QWidget):
    """The Train dock.

    It holds what the user chose and shows what the background thread tells; files are read and
    written, and volumes measured, off the Qt thread only.

    Parameters
    ----------
    napari_viewer
        Whose layers are learnt from, and where snapshots are shown.
    """

    def __init__(self, napari_viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._link = DockLink()
        self._look: RunLook | None = None
        self._active = False
        self._stopping = False
        self._state: RunState | None = None
        self.data = DataSection(napari_viewer, self)
        self.forms = RunForms(self)
        self.run = TrainSection(runs_folder(), self)
        self.curve = CurveSection(self)
        self.bar = TrainBar()
        self.sections = (self.data, *self.forms.sections, self.run, self.curve)
        self._lay_out()
        self._connect()
        self._on_theme_changed()
        self._on_data_changed()
        self._on_run_changed()
        self._ask_for_devices()

    def reset_choices(self, event: object = None) -> None:
        """Offer the layers that are open now."""
        self.data.reset_choices()

    def event(self, event: QEvent | None) -> bool:
        """Let go of viewer and thread when the dock is taken out of its window."""
        handled = bool(super().event(event))
        is_moved = event is not None and event.type() == QEvent.Type.ParentChange
        if is_moved and self.parent() is None:
            self.close_down()
        return handled

    def show_run(self, folder: RunFolder) -> None:
        """Show the run in `folder`, unless another one is in training here."""
        if not self._active:
            self.run.runs_folder.setText(str(folder.path.parent))
            self.run.set_name(folder.name)

    def close_down(self) -> None:
        """Let go of everything; a training goes on or is asked to stop, as the user chose."""
        self.data.close_down()
        self.run.close_down()
        self._link.close()

    def _on_data_changed(self) -> None:
        self._refresh_buttons()
        if not self.data.is_complete():
            self._say("Choose an image and its labels.")
            return
        try:
            data = self.data.data()
        except DacapoError as error:
            self.data.set_error(str(Failed.of(error)))
            return
        self._say("Looking at the data…")
        self._link.call("suggest", suggest, data, self.run.runs(), self.run.best_device()).begin(
            self._on_suggested, self._on_not_suggested
        )

    def _on_suggested(self, suggestion: Suggestion) -> None:
        self.data.set_error("")
        self.data.set_facts(suggestion.facts)
        self.run.suggest_name(suggestion.name)
        if not self._has_begun():
            self.forms.suggest(RunSettings.of(suggestion.config))
            self.run.iterations.suggest(suggestion.config.num_iterations)
        self._say("Ready.")
        self._refresh_buttons()

    def _on_not_suggested(self, failure: Failed) -> None:
        self.data.set_error(str(failure))
        self._say("")

    def _say(self, words: str) -> None:
        """Show `words` in the line of a run that has not begun."""
        if not self._active and not self._has_begun():
            self.bar.clear(words)

    def _on_run_changed(self) -> None:
        self._link.call("look", look_at_run, self.run.runs(), self.run.name()).begin(
            self._on_looked, self._on_not_looked
        )

    def _on_looked(self, look: RunLook) -> None:
        self._look = look
        self.run.show_existing(look.names)
        self.run.name_error.setText(look.problem if self.run.name() else "")
        self.run.show_summary(self._run_words())
        self._refresh_buttons()
        if look.folder is not None and not self._is_followed(look.folder):
            self._follow(look)

    def _on_not_looked(self, failure: Failed) -> None:
        self._look = None
        self.run.name_error.setText(str(failure))
        self._refresh_buttons()

    def _follow(self, look: RunLook) -> None:
        """Watch the run of this name; nothing is watched where there is none."""
        self._link.let_go()
        self._active = self._stopping = False
        self._state = None
        self.curve.clear()
        self.bar.error.setText("")
        if look.begun and look.config is not None and look.folder is not None:
            self.forms.fill(RunSettings.of(look.config))
            self.run.iterations.fill(look.config.num_iterations)
            self._watch(EngineThread(look.folder))
            self._show_curve()
        self._refresh_buttons()

    def _show_curve(self) -> None:
        self.curve.set_unfolded(True)
        # The layout has to make room for it first.
        QTimer.singleShot(0, self._scroll_to_curve)

    def _scroll_to_curve(self) -> None:
        self._scroll.ensureWidgetVisible(self.curve.open_pipeline)

    def _watch(self, thread: EngineThread) -> None:
        thread.updated.connect(self._on_update)
        self._link.follow(thread)

    def _is_followed(self, folder: RunFolder) -> bool:
        thread = self._link.thread
        return thread is not None and thread.folder.path == folder.path

    def _has_begun(self) -> bool:
        known = self._look is not None and self._look.begun
        return known or self.curve.plot.num_points > 0

    def _run_words(self) -> str:
        if self._look is None or self._look.folder is None:
            return "needs another name" if self.run.name() else "needs a name"
        words = f"{self.run.name()}, {self.run.iterations.value():,} iterations"
        return f"{words}, goes on" if self._has_begun() else words

    def _on_start(self) -> None:
        self.bar.error.setText("")
        try:
            request = self._request()
        except DacapoError as error:
            self._fail(str(Failed.of(error)))
            return
        self._active, self._stopping, self._state = True, False, RunState.STARTING
        if not self._has_begun():
            self.curve.clear()
        self.bar.show_busy("Writing the labels and starting the engine…")
        self._show_curve()
        self._refresh_buttons()
        remember_runs_folder(request.folder.path.parent)
        self._watch(EngineThread(request.folder, request))

    def _request(self) -> TrainingRequest:
        folder = RunFolder.of(self.run.runs().absolute(), self.run.name())
        return TrainingRequest(
            folder=folder,
            data=self.data.data() if self.data.is_complete() else None,
            settings=self.forms.settings() if self.forms.is_filled else None,
            num_iterations=self.run.iterations.value(),
            device=self.run.device_name() or "auto",
            python=engine_python(),
            in_thread=self.run.in_thread.isChecked(),
        )

    def _on_stop(self) -> None:
        if not self._active or self._stopping:
            return
        self._stopping = True
        self.bar.status.setText("Stopping after this step; the weights are kept…")
        self._refresh_buttons()
        self._link.stop_training()

    def _on_start_or_stop(self) -> None:
        for button in (self.bar.start, self.bar.stop):
            if button.isEnabled():
                button.click()
                return

    def _fail(self, sentence: str) -> None:
        self.bar.error.setText(sentence)
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        can_start = self.data.is_complete() or self._has_begun()
        self.bar.start.setEnabled(can_start and not self._active)
        self.bar.stop.setEnabled(self._active and not self._stopping)
        self.bar.start.setText(self._start_text())
        self.bar.stop.setText("Stopping…" if self._stopping else "Stop")
        self.curve.open_pipeline.setEnabled(can_start and not self._link.is_calling("pipeline"))
        self._link.stop_on_close = not self.run.goes_on.isChecked()

    def _start_text(self) -> str:
        if not self._active:
            return "Continue" if self._has_begun() else "Start"
        return "Starting…" if self._state is RunState.STARTING else "Training…"

    def _on_update(self, thread: EngineThread, update: Update) -> None:
        if thread is not self._link.thread:
            return
        match update:
            case LossRows():
                self.curve.add_losses(update)
            case ValidationRows():
                self.curve.plot.add_scores(update)
            case SnapshotList():
                self.curve.show_snapshots(update.iterations)
            case Snapshot():
                self._show_snapshot(update)
            case StatusChanged():
                self._on_status(update)
            case Prepared():
                self._on_run_changed()
            case Failed():
                self._fail(str(update))
            case Ended():
                self._on_ended()

    def _on_status(self, update: StatusChanged) -> None:
        status = update.status
        self._active, self._state = update.alive, status.state
        self._stopping = update.alive and (self._stopping or status.state is RunState.STOPPING)
        self.bar.show_status(status, alive=update.alive)
        if status.state is RunState.FAILED and status.error:
            self._fail(str(Failed(**_sentence(status.error))))
        self._refresh_buttons()

    def _on_ended(self) -> None:
        self._active = self._stopping = False
        if self.bar.is_busy():
            self.bar.clear("")
        self._on_run_changed()
        self._refresh_buttons()

    def _show_snapshot(self, update: Snapshot) -> None:
        thread, raw = self._link.thread, self.data.raw_combo.layer()
        if thread is None or not update.arrays:
            return
        if raw is not None:
            units = WorldUnits.of_layer(raw)
        else:
            units = WorldUnits.of_viewer(self._viewer, update.arrays[0].known)
        show_snapshot(self._viewer, thread.folder.name, update.iteration, update.arrays, units)

    def _on_snapshot_wanted(self, iteration: int | None) -> None:
        if self._link.thread is not None:
            self._link.thread.want_snapshot(iteration)

    def _ask_for_devices(self) -> None:
        self._link.call("devices", ask_for_devices, engine_python()).begin(
            self.run.show_devices, self._on_no_devices
        )

    def _on_no_devices(self, failure: Failed) -> None:
        self.run.set_device_problem(f"The engine does not answer: {failure}")

    def _on_open_pipeline(self) -> None:
        self.bar.error.setText("")
        try:
            request = self._request()
        except DacapoError as error:
            self._fail(str(Failed.of(error)))
            return
        self.curve.show_opening()
        self._link.call("pipeline", open_pipeline, request, self._link.pipeline).begin(
            self._on_pipeline_opened, self._on_pipeline_failed
        )
        self._refresh_buttons()

    def _on_pipeline_opened(self, url: str) -> None:
        self._link.finish("pipeline")
        self.curve.show_url(url)
        self._refresh_buttons()

    def _on_pipeline_failed(self, failure: Failed) -> None:
        self._link.finish("pipeline")
        self.curve.show_url("")
        self._fail(str(failure))

    def _on_theme_changed(self, event: object = None) -> None:
        colours = theme_colours(self._viewer.theme)
        for part in (*self.sections, self.bar):
            part.set_theme(colours)

    def _connect(self) -> None:
        self._link.connect(self._viewer.events.theme, self._on_theme_changed)
        for name in ("inserted", "removed", "reordered", "renamed"):
            self._link.connect(getattr(self._viewer.layers.events, name), self.reset_choices)
        self.data.changed.connect(self._on_data_changed)
        for combo in (self.data.raw_combo, self.data.labels_combo):
            combo.layer_changed.connect(self._refresh_buttons)
        self.run.run_changed.connect(self._on_run_changed)
        self.run.iterations.valueChanged.connect(self._on_iterations_changed)
        self.run.goes_on.toggled.connect(self._refresh_buttons)
        self.bar.start.clicked.connect(self._on_start)
        self.bar.stop.clicked.connect(self._on_stop)
        self.curve.snapshot_wanted.connect(self._on_snapshot_wanted)
        self.curve.open_pipeline.clicked.connect(self._on_open_pipeline)
        self._shortcut = QShortcut(QKeySequence("Ctrl+Return"), self)
        self._shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._shortcut.activated.connect(self._on_start_or_stop)
        # A partial, since Qt would not keep the link alive for a bound method of it.
        self.destroyed.connect(partial(DockLink.close, self._link))

    def _on_iterations_changed(self) -> None:
        self.run.show_summary(self._run_words())

    def _lay_out(self) -> None:
        self._scroll = SectionStack(self.sections, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.bar)
        self.data.set_unfolded(True)
        self.run.set_unfolded(True)
        self.setMinimumWidth(_LEAST_WIDTH)


def _sentence(error: dict[str, str]) -> dict[str, str]:
    return {key: error.get(key, "") for key in ("message", "hint", "place")}
