"""A run tried out before it starts, in a process of the engine that ends."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path

from dacapo_engine.checks.finding import CheckReport
from dacapo_engine.errors import TrainingError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.writable import make_writable_folder
from dacapo_engine.yaml_file import read_config
from dacapo_napari.engine.engine_process import EngineProcess, engine_command
from dacapo_napari.runs.run_setup import TrainingRequest, prepare_run
from dacapo_napari.volumes.layer_volume import LayerVolume
from dacapo_napari.volumes.training_data import LabelledLayers, TrainingVolume

__all__ = ["CheckedRun", "RunCheck", "request_key"]

_PAUSE = 0.1
_RED = 1
_PREFIX = ".check-"
_OLD_SECONDS = 3600


@dataclass(frozen=True)
class CheckedRun:
    """What a check found of a run.

    Attributes
    ----------
    key
        Of the request; see `request_key`.
    config
        The run as it was tried out.
    """

    key: Hashable
    config: RunConfig
    report: CheckReport


class RunCheck:
    """Writes a run to a scratch folder beside the runs, and lets the engine make a few steps.

    Parameters
    ----------
    request
        What Start would begin.
    """

    def __init__(self, request: TrainingRequest) -> None:
        self._request = request
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End it soon; `run` returns None then."""
        self._cancelled.set()

    def run(self) -> CheckedRun | None:
        """What was found; None if it was cancelled. Takes seconds, so off the Qt thread.

        Raises
        ------
        DacapoError
            If the run cannot be written, or the engine not be started.
        """
        runs = self._request.folder.path.parent
        make_writable_folder(
            runs, "runs folder", "Choose another runs folder, or make this one writable."
        )
        _remove_old(runs)
        scratch = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=runs))
        try:
            return self._try_out(RunFolder(scratch / self._request.folder.name), runs)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _try_out(self, folder: RunFolder, runs: Path) -> CheckedRun | None:
        prepare_run(replace(self._request, folder=folder), self._cancelled.is_set)
        if self._cancelled.is_set():
            return None
        run_file = folder.run_file.absolute()
        config = read_config(run_file, RunConfig)
        command = engine_command(
            self._request.python,
            "check",
            str(run_file),
            "--runs",
            str(runs.absolute()),
            "--device",
            self._request.device,
            "--json",
        )
        answer = self._answer(EngineProcess(command, run_file.parent / "errors.txt", talks=True))
        return CheckedRun(request_key(self._request), config, answer) if answer else None

    def _answer(self, process: EngineProcess) -> CheckReport | None:
        """What the process prints, which is less than a pipe holds."""
        try:
            while process.poll() is None:
                if self._cancelled.wait(_PAUSE):
                    return None
            if process.poll() not in {0, _RED}:
                raise process.failure()
            return _report(process.stdout.read())
        finally:
            process.end()


def request_key(request: TrainingRequest) -> Hashable:
    """Equal for requests of which one check says all; paint and the run's name do not count."""
    volumes = request.data.volumes if request.data is not None else ()
    return (
        request.folder.path.parent,
        tuple(map(_volume_key, volumes)),
        repr(request.settings),
        request.num_iterations,
        repr(request.budget),
        request.device,
        request.python,
        repr(request.origin),
    )


def _volume_key(volume: TrainingVolume) -> Hashable:
    if not isinstance(volume, LabelledLayers):
        return repr(volume)
    layers = (volume.raw, volume.labels, volume.mask)
    return (*(_layer_key(layer) for layer in layers if layer is not None), repr(volume.meaning))


def _layer_key(layer: LayerVolume) -> Hashable:
    return (
        layer.name,
        layer.shape,
        str(layer.data.dtype),
        layer.axes,
        layer.voxel_size,
        layer.offset,
        layer.intensity_range,
    )


def _remove_old(runs: Path) -> None:
    """Scratch folders of programs that were ended in the middle of a check."""
    for left in runs.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _OLD_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _report(answer: bytes) -> CheckReport:
    try:
        return CheckReport.of_dict(json.loads(answer))
    except (ValueError, KeyError, TypeError) as error:
        raise TrainingError("The engine's answer to the check could not be understood.") from error
