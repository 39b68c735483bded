"""Starts a run from the weights of another one."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from dacapo_engine.apply import choose_weights
from dacapo_engine.errors import NotFoundError
from dacapo_engine.predict import load_run, restore_weights
from dacapo_engine.setup.descendants import continue_with
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.run_folder import RunFolder

if TYPE_CHECKING:
    from dacapo_engine.experiments.run import Run
    from dacapo_engine.experiments.starts.start import Start
    from dacapo_engine.experiments.starts.start_report import StartReport

__all__ = ["continue_with", "load_start"]

logger = logging.getLogger(__name__)


def load_start(run: Run, runs: Path | str) -> StartReport | None:
    """Put the weights that `run` starts from into its model; None where it starts from none.

    The (averaged) weights of the other run are taken. Optimizer, schedule and average begin
    anew, so that the learning rate warms up again. The log tells of every layer that was not
    taken over whole.

    Parameters
    ----------
    runs
        Where a run that is named, and not given as a folder, is looked for.

    Raises
    ------
    NotFoundError
        If the run, or the weights of it, are not there.
    ConfigError
        If none of its layers fits.
    """
    start = run.start
    if start is None:
        return None
    folder = _find(start, Path(runs))
    iteration, text = _choose(start, folder)
    other = load_run(folder)
    with torch.random.fork_rng():
        restore_weights(other, LocalWeightsStore(folder.path.parent), iteration)
    report = start.initialize_weights(
        run.model,
        other.model.state_dict(),
        run.task.predictor.channels,
        other.task.predictor.channels,
    )
    run.optimizer = run.trainer.create_optimizer(run.model)
    logger.info("started from %s: %s. %s", folder.path, text, report)
    return report


def _find(start: Start, runs: Path) -> RunFolder:
    given = Path(start.run).expanduser()
    for folder in (RunFolder(given), RunFolder(runs / given)):
        if folder.exists():
            return RunFolder(folder.path.resolve())
    raise NotFoundError(
        f"There is no run {start.run!r} to start from.",
        hint=f"Give the folder of a run, or the name of one in {runs}.",
        place="start_config.run",
    )


def _choose(start: Start, folder: RunFolder) -> tuple[int, str]:
    if start.criterion == "latest" or start.criterion.isdecimal():
        choice = choose_weights(folder, start.criterion)
    else:
        choice = choose_weights(
            folder, "best", None if start.criterion == "best" else start.criterion
        )
    return choice.iteration, choice.text
