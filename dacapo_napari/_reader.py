"""Opens a run folder: its newest snapshot as layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.plugin_settings import remember_runs_folder
from dacapo_napari.run_arrays import read_snapshot, snapshot_iterations
from dacapo_napari.run_layers import snapshot_layers

__all__ = ["read_run_folder"]

LayerData: TypeAlias = tuple[Any, dict[str, Any], str]
Reader: TypeAlias = Callable[[str | list[str]], list[LayerData]]


def read_run_folder(path: str | list[str]) -> Reader | None:
    """A reader for the folder of a run; None at once for every other folder."""
    if not isinstance(path, str):
        return None
    folder = Path(path)
    if not (folder / "run.yaml").is_file():
        return None
    return _read


def _read(path: str | list[str]) -> list[LayerData]:
    """Layers of the newest snapshot; none where the run has not come so far.

    Its curve is in the Train dock, under the run's name.
    """
    folder = RunFolder(Path(str(path)).absolute())
    remember_runs_folder(folder.path.parent)
    iterations = snapshot_iterations(folder)
    if not iterations:
        # What npe2 takes for "read, and there is nothing to show".
        return [(None,)]  # type: ignore[list-item]
    return snapshot_layers(folder.name, iterations[-1], read_snapshot(folder, iterations[-1]))
