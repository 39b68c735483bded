"""Weights as files in the run folder."""

from __future__ import annotations

import logging
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dacapo_engine.errors import NotFoundError, StoreError
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.experiments.run import Run
from dacapo_engine.store.atomic import read_json, write_json, write_with
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.weights_store import Weights, WeightsStore

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["Dataset", "LocalWeightsStore", "Run", "Weights", "WeightsStore", "logger"]

logger = logging.getLogger(__name__)


class LocalWeightsStore(WeightsStore):
    """Stores weights as ``<basedir>/<run>/checkpoints/iterations/<n>``.

    Files are written whole or not at all, and read as plain data: nothing in them is run.

    Parameters
    ----------
    basedir
        The runs folder.
    """

    def __init__(self, basedir: Path | str) -> None:
        self.basedir = Path(basedir)

    def iterations(self, run: str) -> list[int]:
        """All iterations that weights are stored of, in order."""
        folder = self._folder(run).checkpoints
        if not folder.is_dir():
            return []
        return sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal())

    def latest_iteration(self, run: str) -> int | None:
        """The newest iteration that weights are stored of; None where there are none."""
        return max(self.iterations(run), default=None)

    def store_weights(self, run: Run, iteration: int) -> None:
        """Store the whole state of `run` after `iteration` iterations."""
        import torch

        scheduler = getattr(run.trainer, "scheduler", None)
        average = getattr(run.trainer, "average", None)
        state = {
            "format": 1,
            "iteration": iteration,
            "model": run.model.state_dict(),
            "optimizer": run.optimizer.state_dict(),
            "scheduler": scheduler.state_dict() if scheduler else None,
            "average": average.state_dict() if average else None,
            "random": {"torch": torch.get_rng_state()},
        }

        def save(file: BinaryIO) -> None:
            torch.save(state, file)

        write_with(self._file(run.name, iteration), save)

    def retrieve_weights(self, run: str, iteration: int) -> Weights:
        """The weights of `iteration`, on the processor.

        Raises
        ------
        FileNotFoundError
            If there are none.
        StoreError
            If the file is damaged, or holds more than plain data.
        """
        import torch

        path = self._file(run, iteration)
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            fields = ("model", "optimizer", "scheduler", "average", "random")
            return Weights(*(state[name] for name in fields))
        except FileNotFoundError as error:
            raise NotFoundError(
                f"There are no weights of iteration {iteration}.",
                hint=f"Stored are {', '.join(map(str, self.iterations(run))) or 'none'}.",
                place=str(path.parent),
            ) from error
        except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, TypeError) as error:
            raise StoreError(
                f"The weights of iteration {iteration} cannot be read; the file is damaged.",
                hint="Delete it to go on from the one before.",
                place=str(path),
            ) from error

    def remove(self, run: str, iteration: int) -> None:
        """Delete the weights of `iteration`."""
        self._file(run, iteration).unlink(missing_ok=True)

    def store_best(
        self,
        run: str,
        iteration: int,
        dataset: str,
        criterion: str,
        parameters: dict[str, Any] | None = None,
        value: float | None = None,
    ) -> None:
        """Remember which iteration, and which post-processing, scored best."""
        best = {"iteration": iteration, "parameters": parameters, "value": value}
        write_json(self._folder(run).best_file(dataset, criterion), best)

    def retrieve_best(self, run: str, dataset: str | Dataset, criterion: str) -> int:
        """The iteration that scored best on `dataset` by `criterion`."""
        return int(self.best_record(run, dataset, criterion)["iteration"])

    def best_record(self, run: str, dataset: str | Dataset, criterion: str) -> dict[str, Any]:
        """Iteration, post-processing parameters and value of the best; NotFoundError if none."""
        name = dataset.name if isinstance(dataset, Dataset) else dataset
        path = self._folder(run).best_file(name, criterion)
        record = read_json(path)
        if not isinstance(record, dict) or "iteration" not in record:
            raise NotFoundError(
                f"This run was not yet scored on {name!r} by {criterion!r}.",
                hint="Train until the first validation.",
                place=str(path),
            )
        return record

    def _folder(self, run: str) -> RunFolder:
        return RunFolder.of(self.basedir, run)

    def _file(self, run: str, iteration: int) -> Path:
        return self._folder(run).checkpoints / str(iteration)
