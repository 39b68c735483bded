"""A run in Neuroglancer: served by the engine, looked at in a browser."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from dacapo_engine.errors import TrainingError
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.engine.engine_process import EngineProcess, engine_command
from dacapo_napari.runs.run_setup import TrainingRequest, has_begun, prepare_run

__all__ = ["BrowserView", "ViewAddress", "open_pipeline", "open_run"]


@dataclass(frozen=True)
class ViewAddress:
    """Where a browser finds a view.

    Attributes
    ----------
    url
        On this machine.
    ssh
        What to type on another one, so that a browser there finds the same address.
    """

    url: str
    ssh: str


class BrowserView:
    """The process that serves; it ends when its standard input is closed.

    It is opened off the Qt thread, and may be closed meanwhile.
    """

    def __init__(self) -> None:
        self._process: EngineProcess | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._openings = 0

    def begin(self) -> int:
        """Close what is open; returns a number for `serve`."""
        self.close()
        return self._openings

    def serve(self, opening: int, command: list[str], scratch: Path) -> ViewAddress:
        """Start serving, unless the view was closed since it was begun.

        Raises
        ------
        DacapoError
            What the engine says is wrong.
        """
        process = EngineProcess(command, scratch / "output.txt", talks=True)
        if opening != self._openings:
            process.end()
            raise TrainingError("The view was closed.")
        self._process = process
        for line in process.stdout:
            try:
                said = json.loads(line)
                return ViewAddress(str(said["url"]), str(said["ssh"]))
            except (ValueError, KeyError, TypeError):
                continue
        process.wait()
        raise process.failure()

    def scratch(self) -> Path:
        """A folder of its own, for a run that has not been started."""
        self._folder = tempfile.TemporaryDirectory(
            prefix="dacapo-view-", ignore_cleanup_errors=True
        )
        return Path(self._folder.name)

    def is_open(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """End the view; safe to call twice."""
        self._openings += 1
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        if process is not None:
            process.end()
        if folder is not None:
            folder.cleanup()


def open_pipeline(request: TrainingRequest, view: BrowserView, opening: int) -> ViewAddress:
    """Serve the pipeline of a run, or of what the dock shows."""
    scratch, folder = view.scratch(), request.folder
    if not has_begun(folder):
        if request.data is None:
            raise TrainingError("Choose an image and its labels first.")
        folder = RunFolder(scratch / folder.name)
        prepare_run(replace(request, folder=folder), lambda: False)
    arguments = ("visualize", str(folder.run_file), "--no-browser")
    return view.serve(opening, engine_command(request.python, *arguments), scratch)


def open_run(python: str, folder: RunFolder, view: BrowserView, opening: int) -> ViewAddress:
    """Serve the volumes, validations and snapshots of a run that has begun."""
    command = engine_command(python, "view", str(folder.path), "--no-browser")
    return view.serve(opening, command, view.scratch())
