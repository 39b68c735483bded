"""Opens a run folder in the Train dock, and an exported model in the Segment dock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from dacapo_engine.export.model_file import holds_model
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.layers.run_layers import snapshot_layers
from dacapo_napari.plugin_settings import remember_runs_folder
from dacapo_napari.runs.run_arrays import read_snapshot, snapshot_iterations

__all__ = ["read_run_folder"]

LayerData: TypeAlias = tuple[Any, dict[str, Any], str]
Reader: TypeAlias = Callable[[str | list[str]], list[LayerData]]


def read_run_folder(path: str | list[str]) -> Reader | None:
    """A reader for the folder of a run, or a model file; None at once for everything else."""
    if not isinstance(path, str):
        return None
    folder = Path(path)
    if holds_model(folder):
        return _read_model
    if not (folder / "run.yaml").is_file():
        return None
    return _read


def _read(path: str | list[str]) -> list[LayerData]:
    """Layers of the newest snapshot; none where the run has not come so far."""
    folder = RunFolder(Path(str(path)).absolute())
    remember_runs_folder(folder.path.parent)
    _show_in_dock(folder)
    iterations = snapshot_iterations(folder)
    if not iterations:
        # What npe2 takes for "read, and there is nothing to show".
        return [(None,)]  # type: ignore[list-item]
    return snapshot_layers(folder.name, iterations[-1], read_snapshot(folder, iterations[-1]))


def _read_model(path: str | list[str]) -> list[LayerData]:
    """No layers: the Segment dock with the model chosen."""
    dock = _open_dock("Segment")
    if dock is not None:
        dock.show_model(Path(str(path)).absolute())
    return [(None,)]  # type: ignore[list-item]


def _show_in_dock(folder: RunFolder) -> None:
    """Open the Train dock with the run, which follows it if it is still training."""
    dock = _open_dock("Train")
    if dock is not None:
        dock.show_run(folder)


def _open_dock(name: str) -> Any:
    """A dock of this plugin; None where there is no window to put it in."""
    from napari import current_viewer
    from qtpy.QtCore import QCoreApplication, QThread

    app, viewer = QCoreApplication.instance(), current_viewer()
    # Somebody may read without a window, or in a thread that must not touch one.
    if viewer is None or app is None or QThread.currentThread() != app.thread():
        return None
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", name)
    return dock
