"""Trains a run, or goes on with it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.lock import RunLock
from dacapo_engine.store.run_folder import RunFolder, default_runs_folder
from dacapo_engine.store.run_log import logged_to
from dacapo_engine.store.status import RunState, StatusWriter
from dacapo_engine.training.failure_words import describe_failure
from dacapo_engine.training.training_session import Listener, TrainingSession
from dacapo_engine.yaml_file import read_config

__all__ = ["train", "train_run"]

logger = logging.getLogger(__name__)


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
            training = TrainingSession(run, folder, status, should_stop, on_iteration)
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
