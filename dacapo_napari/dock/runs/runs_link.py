"""Connects the Runs section with the folder, the run that is shown, and its curve."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from qtpy.QtCore import QObject, Signal

from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.run_summary import RunSummary
from dacapo_napari.dock.runs.runs_controller import RunsController
from dacapo_napari.dock.runs.runs_curves import read_curves
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.engine.runs_thread import RunsThread
from dacapo_napari.loss_plot import LossPlot, OverlayCurve
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_setup import TrainingRequest
from dacapo_napari.runs.runs_watch import READING
from dacapo_napari.sections.runs.runs_section import RunsSection
from dacapo_napari.sections.train.origin_note import OriginNote

__all__ = ["RunsLink"]

_CURVE_SECONDS = 5.0


class RunsLink(QObject):
    """Keeps the table up to date, finds a training that outlived its napari, overlays curves.

    Parameters
    ----------
    begin
        Starts what is asked for.

    Signals
    -------
    curve_wanted()
        Runs were ticked, so that there is a curve to look at.
    """

    curve_wanted = Signal()

    def __init__(
        self,
        composer: RunComposer,
        section: RunsSection,
        plot: LossPlot,
        note: OriginNote,
        begin: Callable[[TrainingRequest], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._composer = composer
        self._session = composer.session
        self._section = section
        self._plot = plot
        self._is_first = True
        self._was_offered = False
        self._curves_read = 0.0
        self._wanted: set[str] = set()
        self.controller = RunsController(composer, begin, self)
        self._thread = RunsThread()
        self._connect(note)
        self._thread.look_in(composer.run.runs())
        self._thread.begin()

    def _on_found(self, folder: Path, runs: tuple[RunSummary, ...]) -> None:
        if folder != self._composer.run.runs():
            return
        self._section.show_runs(folder, runs)
        first = self._is_first
        # Of runs that were not read yet it is not known whether they live.
        self._is_first = first and any(run.state == READING for run in runs)
        self._offer(runs, follow=first and not self._is_first and not self._is_composing())
        if time.monotonic() - self._curves_read > _CURVE_SECONDS:
            self._read_curves()

    def _offer(self, runs: tuple[RunSummary, ...], *, follow: bool) -> None:
        """Show the one run that is in training, or offer it where something else is done here."""
        living = [run for run in runs if run.alive]
        only = living[0] if len(living) == 1 else None
        if only is None or self._session.active or self._is_shown(only):
            self._section.offer(None)
        elif follow:
            self.controller.do("show", (only,))
        else:
            self._section.offer(only)
            if not self._was_offered:
                self._was_offered = True
                self._section.set_unfolded(True)

    def _is_composing(self) -> bool:
        """Whether the user has begun to describe a run, or looks at one."""
        named = bool(self._composer.run.name())
        return named or self._composer.is_described or self._session.has_begun

    def _is_shown(self, run: RunSummary) -> bool:
        folder = self._session.folder
        return folder is not None and folder.path == Path(run.path)

    def _on_folder_entered(self) -> None:
        self._thread.look_in(self._composer.run.runs())

    def _on_followed(self) -> None:
        self._offer(self._section.table.runs.runs, follow=False)
        self._read_curves()

    def _on_checked(self) -> None:
        if self._section.table.runs.checked:
            self.curve_wanted.emit()
        self._read_curves()

    def _read_curves(self) -> None:
        """Read the curves that are ticked, but for that of the run shown."""
        names = set(self._section.table.runs.checked)
        runs = [run for run in self._section.table.runs.runs if run.name in names]
        folders = [RunFolder(run.path) for run in runs if not self._is_shown(run)]
        self._wanted = {folder.name for folder in folders}
        if folders:
            self._curves_read = time.monotonic()
            self._session.call("curves", read_curves, folders).begin(
                self._on_curves, self._section.fail
            )
        elif self._plot.overlays:
            self._plot.set_overlays({})

    def _on_curves(self, curves: Mapping[str, OverlayCurve]) -> None:
        # Ticks may have been taken away meanwhile.
        self._plot.set_overlays({n: curve for n, curve in curves.items() if n in self._wanted})

    def _on_failed(self, failure: Failed) -> None:
        self._section.fail(failure)

    def _connect(self, note: OriginNote) -> None:
        section, controller, session = self._section, self.controller, self._session
        self._thread.found.connect(self._on_found)
        session.on_close(self._thread.let_go)
        session.link.interrupt_on_close(self._thread)
        session.followed.connect(self._on_followed)
        self._composer.run.runs_folder.textChanged.connect(self._on_folder_entered)
        section.wanted.connect(controller.do)
        section.branch.chosen.connect(controller.branch_from)
        section.table.runs.checked_changed.connect(self._on_checked)
        controller.asked.connect(section.question.ask)
        controller.said.connect(section.say)
        controller.failed.connect(self._on_failed)
        controller.compared.connect(section.difference.show_differences)
        controller.branchable.connect(section.branch.offer)
        controller.changed.connect(self._on_folder_entered)
        controller.origin_changed.connect(note.show_origin)
        note.changed.connect(controller.set_origin)
