"""Segments a layer in the background: writes it, runs the engine, reads the result."""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import QThread, Signal

from dacapo_engine.errors import DacapoError, TrainingError
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.background import keep_until_finished
from dacapo_napari.engine_process import EngineProcess, engine_command
from dacapo_napari.layer_volume import LayerVolume
from dacapo_napari.run_arrays import read_placed
from dacapo_napari.run_setup import has_scores
from dacapo_napari.run_updates import Failed
from dacapo_napari.volume_files import on_disk, write_volume

__all__ = ["SegmentRequest", "SegmentThread", "Segmented"]

logger = logging.getLogger(__name__)

_PAUSE_MS = 100


@dataclass(frozen=True)
class SegmentRequest:
    """What to segment, and with what.

    Attributes
    ----------
    run_path
        The folder of a trained run.
    iteration
        ``best``, ``latest`` or a number; best is the latest until the first validation.
    """

    volume: LayerVolume
    run_path: Path
    iteration: str
    device: str
    python: str


@dataclass(frozen=True)
class Segmented:
    """The result: ids of the shape of the volume without channels, and how many there are."""

    request: SegmentRequest
    labels: npt.NDArray[Any]
    count: int


class SegmentThread(QThread):
    """Runs one `SegmentRequest`.

    Signals
    -------
    said(str)
        What is being done.
    done(Segmented)
    failed(Failed)
    """

    said = Signal(str)
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
        with tempfile.TemporaryDirectory(
            prefix="dacapo-segment-", ignore_cleanup_errors=True
        ) as scratch:
            try:
                labels = self._segment(Path(scratch))
            except DacapoError as error:
                self.failed.emit(Failed.of(error))
            except Exception as error:
                # Reading a layer's own array may raise whatever its library raises.
                logger.exception("the segmentation failed")
                self.failed.emit(Failed(f"{type(error).__name__}: {error}"))
            else:
                if labels is not None:
                    count = int(np.count_nonzero(np.unique(labels)))
                    self.done.emit(Segmented(self._request, labels, count))

    def _segment(self, scratch: Path) -> npt.NDArray[Any] | None:
        request = self._request
        self.said.emit("Writing the image for the engine…")
        source = on_disk(request.volume) or write_volume(
            request.volume, scratch / "input.zarr", "raw", cancelled=self.isInterruptionRequested
        )
        iteration = request.iteration
        if iteration == "best" and not has_scores(RunFolder(request.run_path)):
            iteration = "latest"
        self.said.emit(f"Predicting with the {iteration} weights and separating objects…")
        command = engine_command(
            request.python,
            "segment",
            str(request.run_path),
            "--input",
            str(source),
            "--output",
            f"{(scratch / 'output.zarr').as_posix()}/segmentation",
            "--iteration",
            iteration,
            "--axes",
            "".join(request.volume.axes),
            "--device",
            request.device,
        )
        if not self._wait_for(EngineProcess(command, scratch / "output.txt")):
            return None
        return self._read(scratch / "output.zarr" / "segmentation")

    def _wait_for(self, engine: EngineProcess) -> bool:
        while engine.poll() is None:
            if self.isInterruptionRequested():
                engine.end()
                return False
            self.msleep(_PAUSE_MS)
        if engine.poll() != 0:
            raise engine.failure()
        return True

    def _read(self, path: Path) -> npt.NDArray[Any]:
        placed = read_placed(path)
        if placed is None:
            raise TrainingError("The engine wrote no segmentation.", place=str(path))
        volume = self._request.volume
        expected = tuple(
            extent for extent, axis in zip(volume.shape, volume.axes, strict=True) if axis != "c"
        )
        if placed.data.shape != expected:
            raise TrainingError(
                f"The segmentation is {placed.data.shape} voxels, the image {expected}."
            )
        # napari draws the ids of any integer type; 32 bits halve the memory of 64.
        small = placed.data.max(initial=0) < np.iinfo(np.int32).max
        return placed.data.astype(np.int32 if small else np.int64, copy=False)
