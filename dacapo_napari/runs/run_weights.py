"""With which weights a run can segment, read off its folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.export.model_file import is_model_file, unpack_model
from dacapo_engine.segmenting.trained_on import MODEL_FILE, TrainedOn, trained_on
from dacapo_engine.setup.holdout import is_scored_on_training_data
from dacapo_engine.store.alive import is_alive
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.run_summary import MEAN_OF_DATASETS, BestScore, best_scores
from dacapo_engine.store.status import RunStatus, read_status
from dacapo_engine.yaml_file import read_config

__all__ = ["RunWeights", "read_weights", "training_of"]

_LONG_SINCE = 2
_TAIL_BYTES = 65536


@dataclass(frozen=True)
class RunWeights:
    """What there is to choose of a run.

    Attributes
    ----------
    folder
        Where it lies; of a model file, where it was unpacked.
    iterations
        Of which weights are kept.
    best
        The best score by each criterion, those of the task's order first.
    trained
        What it was trained on; None where that is not known.
    patch
        Voxels that the network saw in training, per axis; empty where the run cannot be read.
    is_model
        Whether it was exported: it has one set of weights.
    trained_for
        Iterations that were made so far, by a training that goes on too.
    scored_last
        Iteration of the newest validation.
    optimistic
        Whether it was scored on what it was trained on.
    """

    folder: RunFolder
    iterations: tuple[int, ...] = ()
    best: Mapping[str, BestScore] = field(default_factory=dict)
    trained: TrainedOn | None = None
    patch: tuple[int, ...] = ()
    is_model: bool = False
    trained_for: int = 0
    scored_last: int = 0
    optimistic: bool = False

    @property
    def suggested(self) -> str:
        """``best``, or ``latest`` where the best score is of a time when little was learnt.

        A network that was trained twice as long since, and was not scored again, is better.
        """
        score = next(iter(self.best.values()), None)
        if self.is_model or score is None:
            return "best"
        return "latest" if self.trained_for >= _LONG_SINCE * self.scored_last else "best"


def read_weights(path: Path, scratch: Path) -> RunWeights:
    """Look at a run folder or a model file; reads files, so off the Qt thread.

    Parameters
    ----------
    scratch
        Where a model file is unpacked.

    Raises
    ------
    DacapoError
        If a model file cannot be read.
    """
    folder = RunFolder(path)
    if is_model_file(path):
        scratch.mkdir(parents=True, exist_ok=True)
        folder = unpack_model(path, scratch)
    config = _config(folder)
    return RunWeights(
        folder,
        _iterations(folder),
        _best(folder),
        trained_on(folder),
        tuple(getattr(config.architecture_config, "input_shape", ())) if config else (),
        (folder.path / MODEL_FILE).is_file(),
        _trained_for(folder),
        _scored_last(folder),
        config is not None and is_scored_on_training_data(config),
    )


def training_of(folder: RunFolder) -> RunStatus | None:
    """The status of a run that is in training on this machine; None for every other."""
    status = read_status(folder)
    if status is None or not status.state.active or not is_alive(folder, status):
        return None
    return status


def _iterations(folder: RunFolder) -> tuple[int, ...]:
    try:
        found = [int(path.name) for path in folder.checkpoints.iterdir() if path.name.isdecimal()]
    except OSError:
        return ()
    return tuple(sorted(found))


def _trained_for(folder: RunFolder) -> int:
    status = read_status(folder)
    return max(status.iteration if status is not None else 0, *_iterations(folder), 0)


def _scored_last(folder: RunFolder) -> int:
    """From the end of the file of scores, which may be long."""
    try:
        with folder.validation_scores_file.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL_BYTES))
            found = re.findall(rb'"iteration": ?(\d+)', file.read())
    except OSError:
        return 0
    return int(found[-1]) if found else 0


def _best(folder: RunFolder) -> Mapping[str, BestScore]:
    by_dataset = best_scores(folder)
    return by_dataset.get(MEAN_OF_DATASETS) or next(iter(by_dataset.values()), {})


def _config(folder: RunFolder) -> RunConfig | None:
    try:
        return read_config(folder.run_file, RunConfig)
    except DacapoError:
        return None
