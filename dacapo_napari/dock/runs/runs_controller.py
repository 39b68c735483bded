"""Does what is asked of the runs in the table."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from qtpy.QtCore import QObject, QUrl, Signal
from qtpy.QtGui import QDesktopServices

from dacapo_engine.config_difference import Difference
from dacapo_engine.errors import ConfigError, DacapoError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.checkpoints import Checkpoint, kept_checkpoints
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.run_summary import RunSummary
from dacapo_napari.dock.runs.runs_files import (
    Doomed,
    compare_runs,
    compare_with_settings,
    delete_runs,
    read_for_new_run,
    star_runs,
    weigh_runs,
)
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.dock.train.run_continuation import Answer, RunContinuation
from dacapo_napari.run_updates import Failed, Prepared, Update
from dacapo_napari.runs.run_origin import RunOrigin
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.runs.run_setup import RunLook, TrainingRequest

__all__ = ["RunsController"]

Runs = Sequence[RunSummary]
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


class RunsController(QObject):
    """Shows, continues, branches, compares, restores, opens and deletes runs.

    Signals
    -------
    asked(str, list[Answer])
        A question with its answers; the last one changes nothing.
    said(str)
        What is being done; empty when it is done.
    failed(Failed)
        Why something could not be done.
    compared(str, str, tuple[Difference, ...])
        Two names, and in what the runs differ.
    branchable(RunFolder, tuple[Checkpoint, ...])
        The weights of a run that a new one may begin with.
    origin_changed(RunOrigin or None)
        Where a new run will come from.
    changed()
        Runs have come or gone.
    """

    asked = Signal(str, object)
    said = Signal(str)
    failed = Signal(object)
    compared = Signal(str, str, object)
    branchable = Signal(object, object)
    origin_changed = Signal(object)
    changed = Signal()

    def __init__(
        self,
        composer: RunComposer,
        begin: Callable[[TrainingRequest], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._composer = composer
        self._session = composer.session
        self._begin = begin
        self._pending: TrainingRequest | None = None
        self._continuation = RunContinuation(composer, self)
        self._continuation.asked.connect(self.asked)
        self._continuation.said.connect(self.said)
        self._continuation.failed.connect(self.failed)
        self._continuation.ready.connect(self._on_ready)
        self._session.run_changed.connect(self._on_run_changed)
        self._session.look_failed.connect(self._on_look_failed)
        self._session.updated.connect(self._on_update)

    def do(self, verb: str, runs: Runs) -> None:
        """Do what the action `verb` says with `runs`."""
        if runs:
            getattr(self, f"_{verb}")(runs)

    def set_origin(self, origin: RunOrigin | None) -> None:
        """Let a new run begin with the weights of another one, or with random ones."""
        self._composer.origin = origin
        self.origin_changed.emit(origin)
        self._session.state_changed.emit()

    def branch_from(self, folder: RunFolder, iteration: int) -> None:
        """Fill the forms with the settings of a run whose weights a new one begins with."""
        origin = RunOrigin(folder, str(iteration))
        self._call(read_for_new_run, partial(self._on_restored, folder, origin), folder)

    def _show(self, runs: Runs) -> None:
        self.set_origin(None)
        self._composer.show_run(_folder(runs[0]))
        self._composer.look()

    def _continue(self, runs: Runs) -> None:
        self.set_origin(None)
        self._continuation.begin(_folder(runs[0]))

    def _branch(self, runs: Runs) -> None:
        folder = _folder(runs[0])
        self._call(kept_checkpoints, partial(self._on_checkpoints, folder), folder)

    def _compare(self, runs: Runs) -> None:
        # What came later is what was changed.
        runs = sorted(runs, key=lambda run: (run.started or math.inf, run.name))
        folder = _folder(runs[0])
        if len(runs) > 1:
            other = _folder(runs[1])
            done = partial(self._on_compared, folder.name, other.name)
            self._call(compare_runs, done, folder, other)
            return
        try:
            settings = self._settings()
        except DacapoError as error:
            self.failed.emit(Failed.of(error))
            return
        done = partial(self._on_compared, folder.name, "the forms")
        length = self._composer.forms.model.budget.length()
        self._call(compare_with_settings, done, folder, settings, length)

    def _settings(self) -> RunSettings:
        if self._composer.forms.is_filled:
            return self._composer.forms.settings()
        raise ConfigError(
            "There is nothing in the forms to compare with.", hint="Select two runs to compare."
        )

    def _restore(self, runs: Runs) -> None:
        folder = _folder(runs[0])
        self._call(read_for_new_run, partial(self._on_restored, folder, None), folder)

    def _star(self, runs: Runs) -> None:
        folders = [_folder(run) for run in runs]
        starred = not all(run.starred for run in runs)
        self._call(star_runs, lambda _: self.changed.emit(), folders, starred)

    def _open_folder(self, runs: Runs) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(runs[0].path))

    def _delete(self, runs: Runs) -> None:
        folder, names = Path(runs[0].path).parent, [run.name for run in runs]
        self._call(weigh_runs, partial(self._on_weighed, folder, names), folder, names)

    def _on_checkpoints(self, folder: RunFolder, found: tuple[Checkpoint, ...]) -> None:
        self.branchable.emit(folder, found)

    def _on_compared(self, before: str, after: str, found: tuple[Difference, ...]) -> None:
        self.compared.emit(before, after, found)

    def _on_restored(
        self, folder: RunFolder, origin: RunOrigin | None, found: tuple[RunConfig, str]
    ) -> None:
        config, name = found
        self._composer.show_run(RunFolder.of(folder.path.parent, name))
        self._composer.fill(config)
        self.set_origin(origin)
        self._composer.look()

    def _on_weighed(self, runs: Path, names: list[str], doomed: Doomed) -> None:
        what = names[0] if len(names) == 1 else f"{len(names)} runs"
        size = f"{'' if doomed.complete else 'more than '}{_size(doomed.num_bytes)}"
        words = f"Delete {what} ({size})? There is no way back."
        if doomed.heirs:
            words += f" {', '.join(doomed.heirs)} cannot be continued without it."
        answers: list[Answer] = [
            ("Delete", partial(self._delete_for_good, runs, names)),
            ("Keep", None),
        ]
        self.asked.emit(words, answers)

    def _delete_for_good(self, runs: Path, names: list[str]) -> None:
        followed = self._session.folder
        if followed is not None and followed.name in names:
            self._session.link.let_go()
        self._call(delete_runs, lambda _: self._on_deleted(), runs, names)

    def _on_deleted(self) -> None:
        self.changed.emit()
        self._composer.look()

    def _on_ready(self, request: TrainingRequest) -> None:
        """Show the run before it begins, so that nothing of another one is left."""
        self._pending = request
        self._composer.show_run(request.folder)
        self._composer.look()

    def _on_run_changed(self) -> None:
        look, request = self._session.look, self._pending
        self._pending = None
        if self._composer.origin is not None and look is not None:
            self._on_origin_looked(look)
        if request is None or look is None or look.folder is None:
            return
        if look.folder.path == request.folder.path:
            self._begin(request)

    def _on_origin_looked(self, look: RunLook) -> None:
        """A run that was trained goes on from where it is; a new one begins at its origin."""
        if look.begun:
            self.set_origin(None)
        else:
            self._composer.said.emit("Ready.")

    def _on_look_failed(self) -> None:
        self._pending = None

    def _on_update(self, update: Update) -> None:
        if isinstance(update, Prepared) and self._composer.origin is not None:
            # The next run is not to begin there by mistake; this one keeps it in its run file.
            self.set_origin(None)

    def _call(
        self,
        function: Callable[..., object],
        done: Callable[..., None],
        *arguments: object,
    ) -> None:
        self._session.call("runs", function, *arguments).begin(done, self._on_failed)

    def _on_failed(self, failure: Failed) -> None:
        self.said.emit("")
        self.failed.emit(failure)
        self.changed.emit()


def _folder(run: RunSummary) -> RunFolder:
    return RunFolder(run.path)


def _size(num_bytes: int) -> str:
    size, unit = float(num_bytes), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.3g} {_UNITS[unit]}"
