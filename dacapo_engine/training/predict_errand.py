"""A prediction that a training makes between its steps, for somebody who does not wait."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dacapo_engine.errors import ConfigError, DacapoError, TrainingError
from dacapo_engine.experiments.block_prediction import BlockPredictor
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.model import Model
from dacapo_engine.experiments.run import Run
from dacapo_engine.output_check import check_output
from dacapo_engine.predict import load_run, restore_weights
from dacapo_engine.segmenting.kept_prediction import KeptPrediction
from dacapo_engine.segmenting.segment_input import check_fits_network, open_input, parse_box
from dacapo_engine.segmenting.trained_on import trained_on
from dacapo_engine.segmenting.weight_choice import choose_weights
from dacapo_engine.setup.volume_files import parse_volume
from dacapo_engine.store.control import Verb, take_parameters
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.training.progress_file import ProgressFile
from dacapo_engine.validate import averaged

__all__ = ["PredictErrand"]

logger = logging.getLogger(__name__)

# What Stop may have to wait for, besides one block.
_SLICE_SECONDS = 0.4


class PredictErrand:
    """Obeys ``predict``: a volume through the weights of that moment, a few blocks after each step.

    Two processes would fight over the memory of one card, or over the cores. The request says
    ``input`` (a volume), ``output`` (where a `KeptPrediction` goes), ``progress`` (a JSON file),
    and, where wanted, ``axes``, ``box``, ``resample``, ``rescale`` and ``intensities``, as on the
    command line; so are ``weights`` and ``criterion``, without which it is the weights of that
    moment that predict. A new request takes the place of the old one; one without an input, or
    whose progress file has lost its folder, ends it.

    Parameters
    ----------
    run, folder, session
        The training that is watched.
    """

    def __init__(self, run: Run, folder: RunFolder, session: str) -> None:
        self._run = run
        self._folder = folder
        self._session = session
        self._work: Iterator[float] | None = None
        self._progress = ProgressFile(None)

    def begin(self) -> None:
        """Nothing to prepare."""

    def after_step(self, iteration: int) -> None:
        """Take a request, or go on with the one that is being worked on."""
        asked = take_parameters(self._folder, self._session, Verb.PREDICT)
        if asked is not None:
            self._begin_work(asked, iteration)
        if self._work is None:
            return
        try:
            self._go_on(self._work)
        except DacapoError as error:
            self._give_up(error)
        except (OSError, RuntimeError, MemoryError) as error:
            # A full disk, or a card without room for one more block.
            self._give_up(TrainingError(f"The prediction failed: {error}"))

    def _begin_work(self, asked: Mapping[str, Any], iteration: int) -> None:
        self._work = None
        if not asked.get("input") or not asked.get("progress"):
            return
        self._progress = ProgressFile(Path(asked["progress"]), iteration=iteration)
        self._work = self._predict(asked)

    def _go_on(self, work: Iterator[float]) -> None:
        deadline = time.monotonic() + _SLICE_SECONDS
        while self._is_wanted():
            share = next(work, None)
            if share is None:
                self._work = None
                self._progress.tell("done", 1.0)
                return
            self._progress.tell("predicting", share)
            if time.monotonic() > deadline:
                return
        self._work = None

    def _is_wanted(self) -> bool:
        """Whether whoever asked still has the folder in which it waits."""
        path = self._progress.path
        return path is not None and path.parent.is_dir()

    def _give_up(self, error: DacapoError) -> None:
        logger.warning("the prediction that was asked for failed: %s", error)
        self._work = None
        self._progress.fail(error)

    def _predict(self, asked: Mapping[str, Any]) -> Iterator[float]:
        """Predict block by block; the weights stay those of the moment of asking."""
        target = LocalArrayIdentifier.parse(str(asked["output"]))
        source = parse_volume(str(asked["input"]))
        check_output(target, source, self._run.config)
        axes = tuple(asked["axes"]) if asked.get("axes") else None
        seen = open_input(
            source,
            trained_on(self._folder),
            axes,
            resample=bool(asked.get("resample", True)),
            rescale=bool(asked.get("rescale", True)),
            intensities=_pair(asked.get("intensities")),
        )
        check_fits_network(self._run, seen.raw)
        box = parse_box(str(asked["box"])) if asked.get("box") else seen.whole
        region = seen.region(box)
        kept = KeptPrediction.create(target, seen, box, self._run.model.num_out_channels)
        predictor = self._predictor(asked)
        done = 0
        total = int(np.prod(kept.grid.shape))
        yield 0.0
        for block, values in predictor.blocks(seen.raw, region):
            begin = (block.begin - region.begin) / seen.raw.voxel_size
            kept.write(tuple(begin), values)
            done += values[0].size
            yield done / total

    def _predictor(self, asked: Mapping[str, Any]) -> BlockPredictor:
        predictor = BlockPredictor.of_run(self._run)
        weights = str(asked.get("weights") or "latest")
        model = self._model_now() if weights == "latest" else self._model_kept(weights, asked)
        # About a patch of output: what comes back takes as long as a step or two.
        patch, context = self._run.architecture.input_shape, model.context
        most = int(np.prod([n + 2 * c for n, c in zip(patch, context, strict=True)]))
        return replace(predictor, model=model, most_voxels=most)

    def _model_now(self) -> Model:
        with averaged(self._run):
            model: Model = copy.deepcopy(self._run.model)
        return model

    def _model_kept(self, weights: str, asked: Mapping[str, Any]) -> Model:
        """Weights of a checkpoint, in a model of its own."""
        choice = choose_weights(self._folder, weights, asked.get("criterion") or None)
        told = {"iteration": choice.iteration, "text": choice.text}
        self._progress = ProgressFile(self._progress.path, **told)
        run = load_run(self._folder)
        restore_weights(run, LocalWeightsStore(self._folder.path.parent), choice.iteration)
        return run.model.to(next(self._run.model.parameters()).device)


def _pair(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        low, high = (float(number) for number in value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"Expected two intensities, got {value!r}.") from error
    return low, high
