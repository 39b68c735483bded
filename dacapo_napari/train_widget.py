"""*Plugins > DaCapo > Train*: composes a run, starts the engine, and watches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, Qt, QTimer
from qtpy.QtGui import QKeySequence, QShortcut
from qtpy.QtWidgets import QVBoxLayout, QWidget

from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState
from dacapo_napari.dock.data.data_section import DataSection
from dacapo_napari.dock.runs.runs_link import RunsLink
from dacapo_napari.dock.segment.segment_section import SegmentSection
from dacapo_napari.dock.train.check_section import CheckSection
from dacapo_napari.dock.train.end_notice import EndNotice
from dacapo_napari.dock.train.label_meanings import LabelMeanings
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.dock.train.run_file import RunFile
from dacapo_napari.dock.train.train_control import TrainControl
from dacapo_napari.dock.train.train_section import TrainSection
from dacapo_napari.dock.watch.browser_views import BrowserViews
from dacapo_napari.dock.watch.preview_control import PreviewControl
from dacapo_napari.dock.watch.run_watcher import RunWatcher
from dacapo_napari.dock.watch.time_lapse import TimeLapse
from dacapo_napari.dock.watch.time_lapse_row import TimeLapseRow
from dacapo_napari.engine.device_list import Device, ask_for_devices
from dacapo_napari.engine.dock_link import DockLink
from dacapo_napari.engine.engine_service import EngineService
from dacapo_napari.engine.run_session import RunSession
from dacapo_napari.plugin_settings import engine_python, runs_folder
from dacapo_napari.run_updates import Failed
from dacapo_napari.sections.runs.runs_section import RunsSection
from dacapo_napari.sections.section import Section
from dacapo_napari.sections.section_stack import SectionStack
from dacapo_napari.sections.segment.export_section import ExportSection
from dacapo_napari.sections.settings.budget_row import Length
from dacapo_napari.sections.settings.run_forms import RunForms
from dacapo_napari.sections.tab_order import follow_layout, put_after
from dacapo_napari.sections.train.origin_note import OriginNote
from dacapo_napari.sections.train.train_bar import TrainBar
from dacapo_napari.theme_colours import theme_colours

if TYPE_CHECKING:
    import napari
    from napari.layers import Labels

__all__ = ["TrainWidget"]

_LEAST_WIDTH = 380


class TrainWidget(QWidget):
    """The Train dock.

    It puts the sections together: they hold what the user chose, `composer` reads and fills
    them, `session` is the run, `control` the buttons, `watcher` what is seen of the run.

    Parameters
    ----------
    napari_viewer
        Whose layers are learnt from, and where snapshots are shown.
    """

    def __init__(self, napari_viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self.session = RunSession(napari_viewer, self)
        self.service = EngineService(engine_python(), self)
        self.data = DataSection(napari_viewer, self)
        self.forms = RunForms(self)
        self.run = TrainSection(runs_folder(), self)
        self.curve = self.run.watch
        self.bar = TrainBar()
        self.composer = RunComposer(self.session, self.data, self.forms, self.run, self)
        self.labels = LabelMeanings(self.composer, self)
        self.check = CheckSection(self.composer, self)
        self.control = TrainControl(self.composer, self.check, self.bar, self)
        self.watcher = RunWatcher(self.composer, self.curve, self)
        self.views = BrowserViews(self.composer, self.curve.pipeline, self.curve.run_view, self)
        self.preview = PreviewControl(self.composer, self.service, self)
        self.time_lapse = TimeLapse(self.session, lambda: self.data.raw_combo.layer(), self)
        self.curve.add_below_curve(TimeLapseRow(self.time_lapse))
        self.run_file = RunFile(self.composer, self)
        self.notice = EndNotice(self.session, self)
        self.runs = RunsSection(self)
        self.origin = OriginNote(self)
        self.segment = SegmentSection(self.session, self.service, self)
        self.export = ExportSection(self.session.link, self.service, self)
        self.sections = self._make_sections()
        self._lay_out()
        self._connect()
        self._on_theme_changed()
        self.runs_link = RunsLink(
            self.composer, self.runs, self.curve.plot, self.origin, self.control.begin, self
        )
        self.runs_link.curve_wanted.connect(self._show_curve)
        self.composer.suggest()
        self.composer.look()
        self._ask_for_devices()

    def reset_choices(self, event: object = None) -> None:
        """Offer the layers that are open now."""
        self.data.reset_choices()
        self.segment.reset_choices()

    def event(self, event: QEvent | None) -> bool:
        """Let go of viewer and thread when the dock is taken out of its window."""
        handled = bool(super().event(event))
        is_moved = event is not None and event.type() == QEvent.Type.ParentChange
        if is_moved and self.parent() is None:
            self.close_down()
        return handled

    def show_run(self, folder: RunFolder) -> None:
        """Show the run in `folder`, unless another one is in training here."""
        if not self.session.active:
            self.composer.show_run(folder)

    def close_down(self) -> None:
        """Let go of everything; a training goes on or is asked to stop, as the user chose."""
        self.data.close_down()
        self.labels.panel.close_down()
        self.run.close_down()
        self.watcher.close_down()
        self.segment.close_down()
        self.session.link.close()

    def _make_sections(self) -> tuple[Section, ...]:
        return (
            self.data,
            *self.forms.sections,
            self.check,
            self.run,
            self.runs,
            self.segment,
            self.export,
        )

    def _ask_for_devices(self) -> None:
        self.session.call("devices", ask_for_devices, engine_python()).begin(
            self._on_devices, self._on_no_devices
        )

    def _on_devices(self, devices: tuple[Device, ...]) -> None:
        self.run.show_devices(devices)
        self.composer.on_device_changed()
        self.segment.show_devices(devices)

    def _on_no_devices(self, failure: Failed) -> None:
        self.run.set_device_problem(f"The engine does not answer: {failure}")

    def _on_theme_changed(self, event: object = None) -> None:
        colours = theme_colours(self._viewer.theme)
        self.bar.set_theme(colours)
        self.labels.panel.set_theme(colours)
        for section in self.sections:
            section.set_theme(colours)

    def _connect(self) -> None:
        self.session.on_close(self.service.close)
        self.data.changed.connect(self._on_data_changed)
        self.segment.compare_with(self._meaning_of)
        self.segment.run_seen.connect(self.export.show_run)
        self.segment.train_longer.connect(self._on_train_longer)
        self.session.connect(self._viewer.events.theme, self._on_theme_changed)
        for name in ("inserted", "removed", "reordered", "renamed"):
            self.session.connect(getattr(self._viewer.layers.events, name), self.reset_choices)
        self.control.begun.connect(self._show_curve)
        self.session.followed.connect(self._on_followed)
        self._shortcut = QShortcut(QKeySequence("Ctrl+Return"), self)
        self._shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._shortcut.activated.connect(self.control.start_or_stop)
        # A partial, since Qt would not keep the link alive for a bound method of it.
        self.destroyed.connect(partial(DockLink.close, self.session.link))

    def _on_data_changed(self) -> None:
        self.segment.show_image(self.data.raw_combo.source())

    def _meaning_of(self, labels: Labels) -> LabelMeaning:
        """What 0 is in labels: as the Data section says of those that are learnt from."""
        is_learnt_from = labels is self.data.labels_combo.layer()
        return self.data.meaning() if is_learnt_from else BACKGROUND_EVERYWHERE

    def _on_train_longer(self) -> None:
        status = self.session.status
        if status is not None and status.state is RunState.FINISHED:
            # As long again as it has trained.
            self.forms.model.fill_length(Length(2 * status.iteration))
        self.control.start()

    def _on_followed(self) -> None:
        if self.session.has_begun:
            self._show_curve()

    def _show_curve(self) -> None:
        self.run.set_unfolded(True)
        self.curve.setUnfolded(True)
        # The layout has to make room for it first.
        QTimer.singleShot(0, self._scroll_to_curve)

    def _scroll_to_curve(self) -> None:
        self._scroll.ensureWidgetVisible(self.curve.pipeline)

    def _lay_out(self) -> None:
        self._scroll = SectionStack(self.sections, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.origin)
        layout.addWidget(self.bar)
        self.run.set_unfolded(True)
        self.setMinimumWidth(_LEAST_WIDTH)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Mend what was not made in the order in which it lies."""
        for section in (self.run, self.runs):
            follow_layout(section.content)
        put_after(self.forms.model, self.check)
        put_after(self.export, self.origin)
