"""What is seen of a run: its curve, its snapshots as layers, its pipeline."""

from __future__ import annotations

from qtpy.QtCore import QObject

from dacapo_engine.errors import DacapoError
from dacapo_napari.pipeline_view import open_pipeline
from dacapo_napari.run_composer import RunComposer
from dacapo_napari.run_layers import WorldUnits, show_snapshot
from dacapo_napari.run_updates import (
    Failed,
    LossRows,
    Snapshot,
    SnapshotList,
    Update,
    ValidationRows,
)
from dacapo_napari.sections.curve_section import CurveSection

__all__ = ["RunWatcher"]


class RunWatcher(QObject):
    """Hands news of the run to the curve and to the viewer's layers."""

    def __init__(
        self, composer: RunComposer, curve: CurveSection, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._composer = composer
        self._session = composer.session
        self._curve = curve
        curve.snapshot_wanted.connect(self._session.want_snapshot)
        curve.open_pipeline.clicked.connect(self._on_open_pipeline)
        self._session.followed.connect(curve.clear)
        self._session.updated.connect(self._on_update)
        self._session.state_changed.connect(self._refresh)

    def _on_update(self, update: Update) -> None:
        match update:
            case LossRows():
                self._curve.add_losses(update)
            case ValidationRows():
                self._curve.plot.add_scores(update)
            case SnapshotList():
                self._curve.show_snapshots(update.iterations)
            case Snapshot():
                self._show_snapshot(update)

    def _show_snapshot(self, update: Snapshot) -> None:
        folder, raw = self._session.folder, self._composer.data.raw_combo.layer()
        viewer = self._session.viewer
        if folder is None or not update.arrays:
            return
        if raw is not None:
            units = WorldUnits.of_layer(raw)
        else:
            units = WorldUnits.of_viewer(viewer, update.arrays[0].known)
        show_snapshot(viewer, folder.name, update.iteration, update.arrays, units)

    def _refresh(self) -> None:
        can_open = self._composer.data.is_complete() or self._session.has_begun
        busy = self._session.link.is_calling("pipeline")
        self._curve.open_pipeline.setEnabled(can_open and not busy)

    def _on_open_pipeline(self) -> None:
        try:
            request = self._composer.request()
        except DacapoError as error:
            self._session.failed.emit(Failed.of(error))
            return
        self._curve.show_opening()
        self._session.call("pipeline", open_pipeline, request, self._session.link.pipeline).begin(
            self._on_pipeline_opened, self._on_pipeline_failed
        )
        self._refresh()

    def _on_pipeline_opened(self, url: str) -> None:
        self._session.link.finish("pipeline")
        self._curve.show_url(url)
        self._refresh()

    def _on_pipeline_failed(self, failure: Failed) -> None:
        self._session.link.finish("pipeline")
        self._curve.show_url("")
        self._session.failed.emit(failure)
        self._refresh()
