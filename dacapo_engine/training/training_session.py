"""One session of training: resumes, steps, stores, validates, obeys."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import torch

from dacapo_engine.devices import choose_device
from dacapo_engine.errors import TrainingError
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats
from dacapo_engine.start import load_start
from dacapo_engine.store.array_store import LocalContainerIdentifier
from dacapo_engine.store.checkpoint_keeper import CheckpointKeeper
from dacapo_engine.store.control import Verb
from dacapo_engine.store.rows import append_row, read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.snapshot_rows import record_snapshot
from dacapo_engine.store.status import CANCELLED, RunState, StatusWriter
from dacapo_engine.time_lapse.fixed_region import FixedRegion
from dacapo_engine.training.errands import Errand, Errands
from dacapo_engine.training.kept_length import kept_length
from dacapo_engine.training.memory_use import memory_in_use
from dacapo_engine.training.predict_errand import PredictErrand
from dacapo_engine.training.requests import Requests
from dacapo_engine.training.run_length import RunLength
from dacapo_engine.training.step_time import StepTime
from dacapo_engine.training.stored_config import store_config
from dacapo_engine.validate import Validation

__all__ = ["Listener", "TrainingSession"]

logger = logging.getLogger(__name__)

Listener = Callable[[TrainingIterationStats], None]


class TrainingSession:
    """Trains one run until its end, or until somebody asks to stop.

    Parameters
    ----------
    run, folder, status
        What is trained, where it is kept, and who is told.
    should_stop, on_iteration
        As in `dacapo_engine.train.train_run`.
    """

    def __init__(
        self,
        run: Run,
        folder: RunFolder,
        status: StatusWriter,
        should_stop: Callable[[], bool],
        on_iteration: Listener,
    ) -> None:
        self._run = run
        self._folder = folder
        self._status = status
        self._requests = Requests(folder, status.session, should_stop)
        self._on_iteration = on_iteration
        self._checkpoints = CheckpointKeeper(folder, run.config.keep_checkpoints)
        self._time = StepTime()
        self._errands = Errands(self._make_errands())

    def _make_errands(self) -> tuple[Errand, ...]:
        where = (self._run, self._folder, self._status.session)
        watched = (FixedRegion(*where),) if self._run.config.time_lapse_frames else ()
        return (PredictErrand(*where), *watched)

    def prepare(self, device: str, save_snapshots: bool) -> None:
        """Store the config, load the newest checkpoint, and open the volumes."""
        self._run.change_length(kept_length(self._run.config, self._folder))
        store_config(self._run.config, self._folder)
        self._requests.begin()
        self._device = choose_device(device)
        self._status.update(device=str(self._device))
        logger.info(
            "session %s on %s, torch %s, %d threads",
            self._status.session,
            self._device,
            torch.__version__,
            torch.get_num_threads(),
        )
        if self._device.type == "cpu" and self._run.config.num_threads is not None:
            torch.set_num_threads(self._run.config.num_threads)
        iteration = self._checkpoints.resume(self._run)
        if not self._checkpoints.any_stored() and load_start(self._run, self._folder.path.parent):
            self._checkpoints.store(self._run, 0)
        self._run.model.to(self._device)
        self._run.move_optimizer(self._device)
        self._run.task.check_labels(self._run.datasplit.train)
        container = LocalContainerIdentifier(self._folder.snapshot_container)
        self._run.trainer.iteration = iteration
        self._run.trainer.build_batch_provider(
            self._run.datasplit.train,
            self._run.model,
            self._run.task,
            container if save_snapshots else None,
        )
        self._status.update(iteration=iteration, first_iteration=iteration)

    def loop(self, validate: bool) -> None:
        """Train until the end, or until somebody asks to stop."""
        run = self._run
        validation = Validation(run, self._folder) if validate else None
        self._length = RunLength(run, self._folder, self._status, self._scoring(validation))
        left = run.train_until - run.trainer.iteration
        stopped = False
        try:
            if validation and self._is_before_first_step():
                self._validate(validation, 0)
            if left > 0:
                stopped = self._iterate(left, validation)
        finally:
            close = getattr(run.trainer, "close", None)
            if close is not None:
                close()
        state = RunState.STOPPED if stopped else RunState.FINISHED
        message = CANCELLED if self._requests.has_heard(Verb.CANCEL) else self._length.message
        self._status.update(state, iteration=run.trainer.iteration, message=message)

    def _is_before_first_step(self) -> bool:
        """Whether the weights are those of another run, and were not scored here yet."""
        if self._run.start is None or self._run.trainer.iteration > 0:
            return False
        return not read_rows(self._folder.validation_scores_file)

    def _iterate(self, left: int, validation: Validation | None) -> bool:
        run = self._run
        self._status.update(RunState.TRAINING)
        self._errands.begin()
        try:
            return self._step_until_stopped(left, validation)
        except TrainingError:
            # A signal to the whole process group may end a data worker while it starts.
            if not self._requests.stop_asked():
                raise
            self._checkpoints.store(run, run.trainer.iteration)
            return True

    def _step_until_stopped(self, left: int, validation: Validation | None) -> bool:
        run = self._run
        for stats in run.trainer.iterate(left, run.model, run.optimizer, self._device):
            self._record(stats)
            done = stats.iteration + 1
            self._length.after_step(done)
            if self._is_ended(done):
                return True
            finished = self._length.is_reached(done)
            if finished or done % run.config.checkpoint_interval == 0:
                self._checkpoints.store(run, done)
            due = done % run.validation_interval == 0 or finished
            if validation and (due or self._requests.is_asked(Verb.VALIDATE)):
                self._validate(validation, done)
                if not finished and self._is_ended(done):
                    return True
            self._errands.after_step(done)
            if self._length.is_reached(done):
                break
        # The generator counts on when it is asked for the next iteration.
        run.trainer.iteration = done
        return False

    def _is_ended(self, done: int) -> bool:
        """Whether somebody wants an end after `done` steps; then the run is left as they want."""
        if not self._requests.should_stop():
            return False
        self._status.update(RunState.STOPPING)
        if self._requests.has_heard(Verb.CANCEL):
            self._run.trainer.iteration = self._checkpoints.fall_back()
            return True
        # The generator counts on when it is asked for the next iteration.
        self._run.trainer.iteration = done
        self._checkpoints.store(self._run, done)
        return True

    def _record(self, stats: TrainingIterationStats) -> None:
        append_row(self._folder.training_stats_file, stats.as_row())
        self._run.training_stats.add_iteration_stats(stats)
        trainer = self._run.trainer
        if getattr(trainer, "snapshot_taken", None) == stats.iteration:
            record_snapshot(self._folder, stats.iteration, self._run.config.keep_snapshots)
        if self._requests.is_asked(Verb.SNAPSHOT) and hasattr(trainer, "ask_for_snapshot"):
            trainer.ask_for_snapshot()
        self._time.add(stats.time + stats.wait, stats.wait)
        self._length.add_step(stats.time + stats.wait)
        # Asking for the memory takes longer than a small step.
        memory = memory_in_use(self._device) if self._status.is_due else {}
        self._status.update(
            iteration=stats.iteration + 1,
            seconds_per_iteration=round(self._time.seconds, 5),
            waiting=round(self._time.waiting, 3),
            **memory,
        )
        self._on_iteration(stats)

    def _validate(self, validation: Validation, iteration: int) -> None:
        self._status.update(RunState.VALIDATING)
        self._checkpoints.store(self._run, iteration)
        validation.score(iteration, self._requests.should_stop, self._show_validation)
        self._checkpoints.tidy()
        self._length.after_validation(iteration)
        self._status.update(RunState.TRAINING, validated=None)

    def _scoring(self, validation: Validation | None) -> Callable[[int], None] | None:
        return None if validation is None else partial(self._validate, validation)

    def _show_validation(self, share: float) -> None:
        self._status.update(validated=round(share, 3))
