"""What is seen of a run: its curve, and its snapshots as layers."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import QObject

from dacapo_engine.setup.holdout import is_scored_on_training_data
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.dock.watch.wide_curve import WideCurve
from dacapo_napari.layers.snapshot_layers import SnapshotLayers
from dacapo_napari.run_updates import LossRows, Snapshot, Update, ValidationRows
from dacapo_napari.runs.run_arrays import read_offset, read_placed
from dacapo_napari.runs.snapshot_stack import PatchCache, SnapshotStack
from dacapo_napari.sections.train.watch_panel import WatchPanel

__all__ = ["RunWatcher"]


class RunWatcher(QObject):
    """Hands news of the run to the curve and to the viewer's layers."""

    def __init__(
        self, composer: RunComposer, panel: WatchPanel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._composer = composer
        self._session = composer.session
        self._panel = panel
        self._cache: PatchCache | None = None
        self._cached_path: Path | None = None
        viewer = self._session.viewer
        self.layers = SnapshotLayers(viewer, self)
        self._wide = WideCurve(viewer.window, panel, self)
        panel.place_wanted.connect(self.layers.go_there)
        self.layers.shown.connect(panel.show_snapshot)
        self._session.connect(viewer.dims.events.current_step, self.layers.follow_slider)
        self._session.followed.connect(self._on_followed)
        self._session.run_changed.connect(self._on_run_changed)
        self._session.updated.connect(self._on_update)

    def close_down(self) -> None:
        """Take the curve back from its dock."""
        self._wide.close()

    def _on_followed(self) -> None:
        self._cache = None
        self.layers.forget()
        self._panel.clear()

    def _on_run_changed(self) -> None:
        """Say when the first score can be expected, and whether it is worth less."""
        look = self._session.look
        config = look.config if look is not None else None
        validates = config is not None and bool(
            getattr(config.datasplit_config, "validate_configs", True)
        )
        first = config.validation_interval if config is not None and validates else None
        self._panel.plot.set_first_validation(first)
        optimistic = config is not None and is_scored_on_training_data(config)
        self._panel.plot.set_optimistic(optimistic)

    def _on_update(self, update: Update) -> None:
        match update:
            case LossRows():
                self._panel.plot.add_losses(update)
            case ValidationRows():
                self._panel.plot.add_scores(update)
            case Snapshot():
                self._show_snapshot(update)

    def _show_snapshot(self, update: Snapshot) -> None:
        folder, raw = self._session.folder, self._composer.data.raw_combo.layer()
        if folder is None or not update.arrays:
            return
        cache = self._cache_of(folder)
        for array in update.arrays:
            cache.put(update.iteration, array)
        dims = len([axis for axis in update.arrays[0].axes if axis != "c"])
        between = max(0, raw.ndim - dims) if raw is not None else 0
        stacks = [
            SnapshotStack(update.iterations, cache, array, between) for array in update.arrays
        ]
        self.layers.show(folder.name, stacks, raw)

    def _cache_of(self, folder: RunFolder) -> PatchCache:
        if self._cache is None or self._cached_path != folder.path:
            container = folder.snapshot_container
            self._cached_path = folder.path
            self._cache = PatchCache(
                lambda n, name: read_placed(container / str(n) / name),
                lambda n, name: read_offset(container / str(n) / name),
            )
        return self._cache
