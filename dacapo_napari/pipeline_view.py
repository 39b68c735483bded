"""The pipeline of a run in Neuroglancer, served by the engine and shown in the browser."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

from dacapo_engine.errors import TrainingError
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.engine_process import EngineProcess, engine_command
from dacapo_napari.run_setup import TrainingRequest, has_begun, prepare_run

__all__ = ["PipelineView", "open_pipeline"]


class PipelineView:
    """The process that serves; it ends when its standard input is closed."""

    def __init__(self) -> None:
        self._process: EngineProcess | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def serve(self, python: str, run_file: Path, output: Path) -> str:
        """Start serving a run, and return the address.

        Raises
        ------
        DacapoError
            What the engine says is wrong.
        """
        self._end_process()
        command = engine_command(python, "visualize", str(run_file), "--no-browser")
        self._process = EngineProcess(command, output, talks=True)
        for line in self._process.stdout:
            try:
                return str(json.loads(line)["url"])
            except (ValueError, KeyError, TypeError):
                continue
        self._process.wait()
        raise self._process.failure()

    def scratch(self) -> Path:
        """A folder of its own, for a run that has not been started."""
        if self._folder is not None:
            self._folder.cleanup()
        self._folder = tempfile.TemporaryDirectory(
            prefix="dacapo-pipeline-", ignore_cleanup_errors=True
        )
        return Path(self._folder.name)

    def close(self) -> None:
        """End the view."""
        self._end_process()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _end_process(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


def open_pipeline(request: TrainingRequest, view: PipelineView) -> str:
    """Serve the pipeline of a run, or of what the dock shows, and return its address."""
    scratch = view.scratch()
    folder = request.folder
    if not has_begun(folder):
        if request.data is None:
            raise TrainingError("Choose an image and its labels first.")
        folder = RunFolder(scratch / folder.name)
        prepare_run(replace(request, folder=folder), lambda: False)
    return view.serve(request.python, folder.run_file, scratch / "output.txt")
