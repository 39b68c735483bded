"""Trains a run, or goes on with it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from dacapo_engine.devices import choose_device
from dacapo_engine.errors import ConfigError, DacapoError, TrainingError
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats
from dacapo_engine.start import load_start
from dacapo_engine.store.array_store import LocalContainerIdentifier
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.checkpoint_keeper import CheckpointKeeper
from dacapo_engine.store.control import Verb, clear_foreign, take
from dacapo_engine.store.lock import RunLock
from dacapo_engine.store.rows import append_row, read_rows
from dacapo_engine.store.run_folder import RunFolder, default_runs_folder
from dacapo_engine.store.run_log import logged_to
from dacapo_engine.store.snapshot_rows import record_snapshot
from dacapo_engine.store.status import CANCELLED, RunState, StatusWriter
from dacapo_engine.time_lapse.fixed_region import FixedRegion
from dacapo_engine.training.errands import Errand, Errands
from dacapo_engine.training.failure_words import describe_failure
from dacapo_engine.training.kept_length import kept_length
from dacapo_engine.training.memory_use import memory_in_use
from dacapo_engine.training.predict_errand import PredictErrand
from dacapo_engine.training.run_length import RunLength
from dacapo_engine.training.step_time import StepTime
from dacapo_engine.validate import Validation
from dacapo_engine.yaml_file import read_config, to_yaml

__all__ = ["Training", "train", "train_run"]

logger = logging.getLogger(__name__)

Listener = Callable[[TrainingIterationStats], None]
_MAY_CHANGE = {
    "num_iterations",
    "budget_config",
    "validation_interval",
    "checkpoint_interval",
    "time_lapse_frames",
    "format",
}


def train(
    run_name: str,
    validate: bool = True,
    *,
    runs: Path | str | None = None,
    device: str = "auto",
) -> None:
    """Train the run that is stored under `run_name`, or go on with it."""
    basedir = Path(runs) if runs is not None else default_runs_folder()
    config = read_config(RunFolder.of(basedir, run_name).run_file, RunConfig)
    train_run(Run(config), validate, runs=basedir, device=device)


def train_run(
    run: Run,
    validate: bool = True,
    save_snapshots: bool = True,
    *,
    runs: Path | str | None = None,
    device: str = "auto",
    should_stop: Callable[[], bool] = lambda: False,
    on_iteration: Listener = lambda stats: None,
) -> None:
    """Train `run`, or go on from its newest checkpoint.

    Parameters
    ----------
    run
        What to train. Its folder holds everything that lasts.
    validate
        Score the run on its validation datasets every ``validation_interval``.
    save_snapshots
        Store samples with their predictions every ``snapshot_interval``.
    runs
        The runs folder; `default_runs_folder` if None.
    device
        ``auto``, ``cpu``, ``cuda:N`` or ``mps``.
    should_stop
        Asked after every iteration; True ends the training, weights kept.
    on_iteration
        Called with the stats of every iteration.

    Raises
    ------
    DacapoError
        What stopped the training; ``status.json`` tells it, too.
    """
    folder = RunFolder.of(runs if runs is not None else default_runs_folder(), run.name)
    folder.create()
    with RunLock(folder), logged_to(folder):
        status = StatusWriter(folder, num_iterations=run.train_until)
        status.update(RunState.STARTING)
        try:
            training = Training(run, folder, status, should_stop, on_iteration)
            training.prepare(device, save_snapshots)
            training.loop(validate)
        except DacapoError as error:
            _tell(status, error)
            raise
        except Exception as error:
            # Whatever it was: who watches the run reads of it in its status only.
            logger.exception("training failed")
            failure = describe_failure(error)
            _tell(status, failure)
            raise failure from error


def _tell(status: StatusWriter, failure: DacapoError) -> None:
    """Record a failure; a full disk must not hide it from whoever started the training."""
    with contextlib.suppress(OSError):
        status.fail(failure)


class Training:
    """One session of training: resumes, steps, stores, validates, obeys.

    Parameters
    ----------
    run, folder, status
        What is trained, where it is kept, and who is told.
    should_stop, on_iteration
        As in `train_run`.
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
        self._stop_asked = should_stop
        self._on_iteration = on_iteration
        self._checkpoints = CheckpointKeeper(folder, run.config.keep_checkpoints)
        self._time = StepTime()
        self._heard: set[Verb] = set()
        self._errands = Errands(self._make_errands())

    def _make_errands(self) -> tuple[Errand, ...]:
        where = (self._run, self._folder, self._status.session)
        watched = (FixedRegion(*where),) if self._run.config.time_lapse_frames else ()
        return (PredictErrand(*where), *watched)

    def prepare(self, device: str, save_snapshots: bool) -> None:
        """Store the config, load the newest checkpoint, and open the volumes."""
        self._run.change_length(kept_length(self._run.config, self._folder))
        _store_config(self._run.config, self._folder)
        clear_foreign(self._folder, self._status.session)
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
        message = CANCELLED if Verb.CANCEL in self._heard else self._length.message
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
            if not self._stop_asked():
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
            if validation and (due or self._asked(Verb.VALIDATE)):
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
        if not self._should_stop():
            return False
        self._status.update(RunState.STOPPING)
        if self._has_heard(Verb.CANCEL):
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
        if self._asked(Verb.SNAPSHOT) and hasattr(trainer, "ask_for_snapshot"):
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
        validation.score(iteration, self._should_stop, self._show_validation)
        self._checkpoints.tidy()
        self._length.after_validation(iteration)
        self._status.update(RunState.TRAINING, validated=None)

    def _scoring(self, validation: Validation | None) -> Callable[[int], None] | None:
        return None if validation is None else partial(self._validate, validation)

    def _show_validation(self, share: float) -> None:
        self._status.update(validated=round(share, 3))

    def _should_stop(self) -> bool:
        return self._stop_asked() or any(map(self._has_heard, (Verb.STOP, Verb.CANCEL)))

    def _has_heard(self, verb: Verb) -> bool:
        """Whether `verb` was ever asked in this session: it may be heard while scoring."""
        if self._asked(verb):
            self._heard.add(verb)
        return verb in self._heard

    def _asked(self, verb: Verb) -> bool:
        return take(self._folder, self._status.session, verb)


def _store_config(config: RunConfig, folder: RunFolder) -> None:
    """Write ``run.yaml``; a run of this name with other settings is not overwritten."""
    if folder.exists():
        stored = read_config(folder.run_file, RunConfig)
        changed = [
            name
            for name in RunConfig.model_fields
            if name not in _MAY_CHANGE and getattr(stored, name) != getattr(config, name)
        ]
        if changed:
            raise ConfigError(
                f"The run {config.name!r} is there already with other settings "
                f"({', '.join(changed)}).",
                hint="Choose another name, or restore its settings.",
                place=str(folder.run_file),
            )
    write_text(folder.run_file, to_yaml(config))
