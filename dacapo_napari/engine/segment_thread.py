"""Predicts an image in the background: in the training that goes on, or in its own process."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import QThread, Signal

from dacapo_engine.errors import DacapoError, TrainingError
from dacapo_engine.experiments.datasplits.datasets.intensity_range import measure_intensities
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.control import Verb, ask
from dacapo_engine.store.status import RunStatus
from dacapo_napari.background import keep_until_finished
from dacapo_napari.engine.engine_process import EngineProcess
from dacapo_napari.engine.segment_job import SegmentJob
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_arrays import read_placed
from dacapo_napari.runs.run_setup import has_scores
from dacapo_napari.runs.run_weights import training_of
from dacapo_napari.runs.segment_request import Predicted, SegmentRequest
from dacapo_napari.scratch_folder import ScratchFolder
from dacapo_napari.volumes.volume_files import write_volume

__all__ = ["SegmentThread"]

logger = logging.getLogger(__name__)

_PAUSE_MS = 100
_PATIENCE_SECONDS = 60.0
_STAGES = {"predicting": "Predicting", "separating objects": "Separating objects"}


class SegmentThread(QThread):
    """Works on one `SegmentRequest`.

    While the run is in training and its newest weights are wanted, the training predicts, so that
    two processes do not fight over one card or over the cores; its prediction comes without
    labels.

    Signals
    -------
    said(str)
        What is being done.
    progressed(float)
        The share of it that is done; -1 where that is not known.
    done(Predicted)
    failed(Failed)
    """

    said = Signal(str)
    progressed = Signal(float)
    done = Signal(object)
    failed = Signal(object)

    def __init__(self, request: SegmentRequest) -> None:
        super().__init__()
        self._request = request

    def begin(self) -> None:
        """Start, and live until the work is done."""
        keep_until_finished(self)
        self.start()

    def run(self) -> None:
        """Do the work; every failure becomes a sentence."""
        scratch = ScratchFolder("segment")
        try:
            predicted = self._predict(scratch)
        except DacapoError as error:
            self.failed.emit(Failed.of(error))
        except Exception as error:
            # Reading a layer's own array may raise whatever its library raises.
            logger.exception("the segmentation failed")
            self.failed.emit(Failed(f"{type(error).__name__}: {error}"))
        else:
            if predicted is not None:
                self.done.emit(predicted)
                return
        scratch.delete()

    def _predict(self, scratch: ScratchFolder) -> Predicted | None:
        request, folder = self._request, scratch.path
        if request.weights.iteration == "best" and not has_scores(request.folder):
            weights = replace(request.weights, iteration=_known_best(request))
            request = replace(request, weights=weights)
        job = self._job(request, folder)
        if job is None:
            return None
        predicted = Predicted(request, job.prediction, job.box, scratch)
        training = training_of(request.folder)
        if training is not None:
            told = self._wait_for_training(job, training)
            if told is not None:
                iteration = int(told["iteration"])
                text = str(told.get("text") or f"weights of iteration {iteration:,}")
                return replace(predicted, iteration=iteration, text=text)
        if self.isInterruptionRequested() or not self._wait_for_process(job, folder):
            return None
        told = read_json(job.progress) or {}
        return replace(
            predicted,
            labels=_read_labels(job.objects, request),
            iteration=int(told.get("iteration", 0)),
            text=str(told.get("text", "")),
            parameters=told.get("parameters"),
        )

    def _job(self, request: SegmentRequest, folder: Path) -> SegmentJob | None:
        """Write the image where the engine cannot find it by itself."""
        file = request.file()
        if file is not None:
            axes = "" if request.axes_known else "".join(request.volume.axes)
            return SegmentJob(request, str(file), axes, request.part, folder)
        self.said.emit("Writing the image for the engine…")
        volume, box = request.surrounded()
        intensities = None
        if request.box is not None:
            # A part may hold other intensities than the whole, which is what training measured.
            intensities = measure_intensities(request.volume.data)[0]
        written = write_volume(
            volume, folder / "input.zarr", "raw", cancelled=self.isInterruptionRequested
        )
        if self.isInterruptionRequested():
            return None
        axes = "".join(volume.axes)
        return SegmentJob(request, str(written), axes, box, folder, intensities)

    def _wait_for_training(self, job: SegmentJob, training: RunStatus) -> dict[str, Any] | None:
        """What the training says once it has predicted; None where it ends before, or is silent."""
        run = self._request.folder
        self.said.emit("The training predicts this between its steps…")
        ask(run, training.session, Verb.PREDICT, job.as_errand())
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while training_of(run) is not None and not self.isInterruptionRequested():
            told = read_json(job.progress)
            if isinstance(told, dict):
                if told["state"] == "failed":
                    failure = Failed.of_status(told["error"])
                    raise TrainingError(failure.message, hint=failure.hint, place=failure.place)
                self.progressed.emit(float(told["share"]))
                if told["state"] == "done":
                    return told
            elif time.monotonic() > deadline:
                break
            self.msleep(_PAUSE_MS)
        ask(run, training.session, Verb.PREDICT)
        return None

    def _wait_for_process(self, job: SegmentJob, folder: Path) -> bool:
        weights = self._request.weights.iteration
        self.said.emit(f"Starting the engine with the {weights} weights…")
        engine = EngineProcess(job.as_command(), folder / "output.txt")
        stage = ""
        while engine.poll() is None:
            if self.isInterruptionRequested():
                engine.end()
                return False
            told = read_json(job.progress)
            if isinstance(told, dict) and told["state"] in _STAGES:
                if told["state"] != stage:
                    stage = told["state"]
                    self.said.emit(f"{_STAGES[stage]}…")
                self.progressed.emit(float(told["share"]) if stage == "predicting" else -1.0)
            self.msleep(_PAUSE_MS)
        if engine.poll() != 0:
            raise engine.failure()
        return True


def _known_best(request: SegmentRequest) -> str:
    """Of a run that was never scored the newest weights are as good as any."""
    return "best" if (request.folder.path / "model.json").is_file() else "latest"


def _read_labels(path: Path, request: SegmentRequest) -> npt.NDArray[Any]:
    placed = read_placed(path)
    if placed is None:
        raise TrainingError("The engine wrote no segmentation.", place=str(path))
    expected = tuple(part.stop - part.start for part in request.part)
    if placed.data.shape[-len(expected) :] != expected:
        raise TrainingError(
            f"The segmentation is {placed.data.shape} voxels, the image {expected}."
        )
    # napari draws the ids of any integer type; 32 bits halve the memory of 64.
    small = placed.data.max(initial=0) < np.iinfo(np.int32).max
    return placed.data.astype(np.int32 if small else np.int64, copy=False)
