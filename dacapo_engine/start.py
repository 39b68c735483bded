"""Starts a run from the weights of another one, and describes runs that go on with more labels."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from dacapo_engine.apply import choose_weights
from dacapo_engine.errors import ConfigError, NotFoundError
from dacapo_engine.experiments.datasplits.train_validate_datasplit_config import (
    TrainValidateDataSplitConfig,
)
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.starts.start_config import StartConfig
from dacapo_engine.predict import load_run, restore_weights
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.run_folder import RunFolder, check_run_name
from dacapo_engine.yaml_file import read_config

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset_config import DatasetConfig
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


def continue_with(
    folder: RunFolder,
    name: str,
    train: Sequence[DatasetConfig],
    validate: Sequence[DatasetConfig] = (),
    *,
    criterion: str = "best",
    num_iterations: int | None = None,
) -> RunConfig:
    """A new run that starts from that of `folder` and trains on its labels and more.

    Parameters
    ----------
    name
        Of the new run.
    train, validate
        What comes to the datasets of the old run; datasets whose names are taken are renamed.
    criterion
        Which weights of the old run are used; see `StartConfig`.
    num_iterations
        How long to train; as long as the old run if None.

    Raises
    ------
    ConfigError
        If `name` is that of the old run, or its data split does not consist of two lists.
    """
    old = read_config(folder.run_file, RunConfig)
    split = old.datasplit_config
    if not isinstance(split, TrainValidateDataSplitConfig):
        raise ConfigError(
            f"{folder.name} has no lists of datasets that more can be added to.",
            hint="Write the run file by hand, with start_config naming that run.",
            place=str(folder.run_file),
        )
    if check_run_name(name) == folder.name:
        raise ConfigError(
            f"{name!r} is the run to start from; it stays as it is.", hint="Choose another name."
        )
    return old.replace(
        name=name,
        num_iterations=num_iterations or old.num_iterations,
        start_config=StartConfig(run=str(folder.path.resolve()), criterion=criterion),
        datasplit_config=split.replace(
            train_configs=_joined(split.train_configs, train, "train"),
            validate_configs=_joined(split.validate_configs, validate, "validate"),
        ),
    )


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


def _joined(
    old: Sequence[DatasetConfig], new: Sequence[DatasetConfig], kind: str
) -> tuple[DatasetConfig, ...]:
    """Both lists, with names that tell their members apart."""
    joined = [c if c.name else c.replace(name=f"{kind}_{n}") for n, c in enumerate(old)]
    for config in new:
        taken = {c.name for c in joined}
        stem = config.name or kind
        others = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
        joined.append(config.replace(name=next(n for n in (stem, *others) if n not in taken)))
    return tuple(joined)
