"""What the buttons of the dock do: start a run, go on with it, stop it, ask it for something."""

from __future__ import annotations

from functools import partial

from qtpy.QtCore import QObject, QTimer, Signal

from dacapo_engine.checks.finding import Finding
from dacapo_engine.errors import DacapoError
from dacapo_engine.setup.holdout import is_scored_on_training_data
from dacapo_engine.store.control import Verb
from dacapo_engine.store.status import RunState
from dacapo_napari.dock.train.check_section import CheckSection
from dacapo_napari.dock.train.failure_fixes import FailureFixes
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.dock.train.run_ending import RunEnding
from dacapo_napari.dock.train.run_verbs import RunFacts, verbs_of
from dacapo_napari.plugin_settings import remember_runs_folder
from dacapo_napari.run_updates import (
    Ended,
    Failed,
    LossRows,
    Snapshot,
    StatusChanged,
    Update,
    ValidationRows,
)
from dacapo_napari.runs.run_setup import TrainingRequest
from dacapo_napari.sections.train.banner import Fix
from dacapo_napari.sections.train.status_words import object_words
from dacapo_napari.sections.train.train_bar import TrainBar

__all__ = ["TrainControl"]

_PATIENCE_MS = 5000


class TrainControl(QObject):
    """Connects the bar to the run.

    Signals
    -------
    begun()
        Start was pressed and nothing spoke against it.
    """

    begun = Signal()

    def __init__(
        self,
        composer: RunComposer,
        check: CheckSection,
        bar: TrainBar,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._composer = composer
        self._check = check
        self._session = composer.session
        self._bar = bar
        self._wants_snapshot = self._wants_scores = False
        self._said = self._plan = ""
        self._was_alive = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._expect_nothing)
        self.ending = RunEnding(composer, bar, self)
        self.fixes = FailureFixes(composer, bar.error, self.start, self)
        self._connect()

    def start(self) -> None:
        """Train the run that the sections describe, or go on with it."""
        self._bar.error.setText("")
        try:
            request = self._composer.request()
        except DacapoError as error:
            self.fail(Failed.of(error))
            return
        self._check.gate(request, self.begin)

    def begin(self, request: TrainingRequest) -> None:
        """Start what was asked for, as if it were what the sections describe."""
        self._bar.error.setText("")
        self._bar.show_busy("Writing the labels and starting the engine…")
        remember_runs_folder(request.folder.path.parent)
        self.begun.emit()
        self._session.start(request)

    def start_or_stop(self) -> None:
        """Press whichever of the two buttons can be pressed."""
        for button in (self._bar.start, self._bar.stop):
            if button.isEnabled():
                button.click()
                return

    def fail(self, failure: Failed) -> None:
        """Show what went wrong, and ways out, until something else is done."""
        self.fixes.show(failure)
        if self._bar.is_busy() and not self._session.active:
            self._bar.clear("")
        self.refresh()

    def refresh(self) -> None:
        """Let the buttons say what they would do now."""
        session = self._session
        if not session.active:
            self._wants_snapshot = self._wants_scores = False
        facts = RunFacts(
            is_described=self._composer.is_described,
            has_begun=session.has_begun,
            active=session.active,
            stopping=session.stopping,
            cancelling=session.cancelling,
            state=session.state,
            wants_snapshot=self._wants_snapshot,
            wants_scores=self._wants_scores,
            is_silent=self.ending.is_silent,
            checking=self._check.before_starting,
        )
        self._bar.show_verbs(verbs_of(facts))
        session.link.stop_on_close = not self._composer.run.goes_on.isChecked()

    def _connect(self) -> None:
        bar, composer, session = self._bar, self._composer, self._session
        bar.start.clicked.connect(self.start)
        bar.stop.clicked.connect(self._on_stop)
        bar.cancel.clicked.connect(self._on_cancel)
        bar.snapshot.clicked.connect(self._on_snapshot)
        bar.validate.clicked.connect(self._on_validate)
        composer.said.connect(self._say)
        composer.planned.connect(self._show_plan)
        composer.data.changed.connect(self.refresh)
        for combo in (composer.data.raw_combo, composer.data.labels_combo):
            combo.layer_changed.connect(self.refresh)
        composer.run.goes_on.toggled.connect(self.refresh)
        self._check.running_changed.connect(self._on_checking)
        self._check.refused.connect(self._on_refused)
        self._check.failed.connect(self.fail)
        self.ending.changed.connect(self.refresh)
        self.ending.failed.connect(self.fail)
        session.followed.connect(self._on_followed)
        session.state_changed.connect(self.refresh)
        session.updated.connect(self._on_update)
        session.failed.connect(self.fail)

    def _on_stop(self) -> None:
        if self._session.active and not self._session.stopping:
            self._bar.status.setText("Stopping after this step; the weights are kept…")
            self._session.stop()

    def _on_cancel(self) -> None:
        if self._check.before_starting:
            self._check.cancel()

    def _on_checking(self) -> None:
        if self._check.before_starting:
            self._bar.show_busy("Checking: a few steps are tried out…")
        elif self._bar.is_busy() and not self._session.active:
            self._bar.clear(self._said)
            self._show_plan(self._plan)
        self.refresh()

    def _on_refused(self, finding: Finding) -> None:
        """Say what the check found against a start, with what helps."""
        self._bar.error.setText(f"{finding.sentence} {finding.hint}".strip())
        if finding.fix is not None:
            way = Fix(finding.button, partial(self._fix, finding), finding.hint)
            self._bar.error.set_fixes((way,))
        self.refresh()

    def _fix(self, finding: Finding) -> None:
        if self._check.fix(finding):
            self.start()

    def _on_snapshot(self) -> None:
        self._wants_snapshot = True
        self._ask(Verb.SNAPSHOT)

    def _on_validate(self) -> None:
        self._wants_scores = True
        self._ask(Verb.VALIDATE)

    def _ask(self, verb: Verb) -> None:
        self._session.ask(verb)
        # Whatever becomes of it, the button can be pressed again after a while.
        self._patience.start()
        self.refresh()

    def _expect_nothing(self) -> None:
        self._wants_snapshot = self._wants_scores = False
        self.refresh()

    def _say(self, words: str) -> None:
        """Show `words` in the line of a run that has not begun."""
        self._said = words
        if not self._session.active and not self._session.has_begun:
            self._bar.clear(words)
            self._show_plan(self._plan)
        self.refresh()

    def _show_plan(self, words: str) -> None:
        """Say beside Start what it would begin."""
        self._plan = words
        if not (self._session.active or self._session.has_begun or self._check.before_starting):
            is_ready = self._composer.is_described and bool(self._said)
            self._bar.show_plan(words if is_ready else "")

    def _on_followed(self) -> None:
        self._was_alive = False
        self._bar.error.setText("")
        self._bar.clear("" if self._session.has_begun else self._said)
        self.refresh()

    def _on_update(self, update: Update) -> None:
        status = self._session.status
        match update:
            case StatusChanged():
                title = self._composer.run.device_title(update.status.device)
                self._bar.show_status(update.status, alive=update.alive, device=title)
                self._wants_scores &= update.status.state is not RunState.VALIDATING
                self._notice_death(update)
            case LossRows() if status is not None and self._session.state is RunState.TRAINING:
                if len(update.iterations):
                    self._bar.show_progress(int(update.iterations[-1]) + 1, status)
            case ValidationRows():
                self._show_objects(update)
            case Snapshot():
                self._wants_snapshot = False
                self.refresh()
            case Ended() if self._bar.is_busy():
                self._bar.clear("")

    def _notice_death(self, update: StatusChanged) -> None:
        """Say that a training is gone which was not told to go, whoever had started it."""
        died = update.status.state.active and not update.alive
        if died and self._was_alive and not self.ending.is_forced:
            hint = "Continue goes on from its last weights."
            self.fixes.show(Failed("The training ended without a word.", hint, "", "killed"))
        self._was_alive = update.alive

    def _show_objects(self, update: ValidationRows) -> None:
        if not update.points:
            self._bar.show_objects("")
            return
        last = max(point.iteration for point in update.points)
        newest = [point.objects for point in update.points if point.iteration == last]
        kinds = {kind for objects in newest for kind in objects}
        objects = {kind: sum(counts.get(kind, 0) for counts in newest) for kind in kinds}
        look = self._session.look
        config = look.config if look is not None else None
        optimistic = config is not None and is_scored_on_training_data(config)
        self._bar.show_objects(object_words(objects, optimistic=optimistic), last)
