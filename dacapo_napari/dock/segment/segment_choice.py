"""What the fields of Segment stand for: an image, a part of it, a run and its weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal

from dacapo_engine.errors import DataError, NotFoundError
from dacapo_napari.engine.dock_link import DockLink
from dacapo_napari.engine.segment_look import ChoiceLook, look_at_choice, margin_around
from dacapo_napari.layers.file_layer import open_as_layer
from dacapo_napari.layers.segment_layers import SegmentPlace
from dacapo_napari.plugin_settings import engine_python
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_setup import trained_runs
from dacapo_napari.runs.run_weights import RunWeights
from dacapo_napari.runs.segment_request import SegmentRequest
from dacapo_napari.scratch_folder import ScratchFolder
from dacapo_napari.sections.segment.segment_panel import SegmentPanel
from dacapo_napari.volumes.file_volume import FileLook, look_at_file
from dacapo_napari.volumes.layer_volume import guess_axes, layer_volume
from dacapo_napari.volumes.view_box import VoxelBox, view_box

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["SegmentChoice"]

_LOOK_MS = 3000


class SegmentChoice(QObject):
    """Keeps the fields up to date with the files, and reads them.

    Attributes
    ----------
    run : RunWeights or None
        What there is of the run that is chosen, once it was looked at.

    Signals
    -------
    changed()
        Something else is chosen, or was found out.
    failed(Failed)
        An image or a model cannot be used.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self, viewer: ViewerModel, link: DockLink, panel: SegmentPanel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.run: RunWeights | None = None
        self._viewer = viewer
        self._link = link
        self._panel = panel
        self._file: FileLook | None = None
        self._range: tuple[float, float] | None = None
        self._model: RunWeights | None = None
        self._closed = False
        # Exported models are unpacked here; it goes with this object.
        self._scratch = ScratchFolder("models")
        link.on_close(self._on_closed)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._connect()
        self.look_for_runs()

    def is_complete(self) -> bool:
        """Whether an image and a run are chosen."""
        return self._has_image() and self._panel.run_path() is not None

    @property
    def is_looking(self) -> bool:
        """Whether it is not known yet what is chosen: a run or a file is being opened."""
        source = self._panel.raw.source()
        return self.run is None or (isinstance(source, str) and self._file is None)

    def stop(self) -> None:
        """Look for nothing any more."""
        self._closed = True
        self._timer.stop()

    def look_for_runs(self) -> None:
        """Offer the runs that are in the folder now."""
        if self._closed:
            return
        runs = Path(self._panel.folder.text()).expanduser()
        self._link.call("segment runs", trained_runs, runs).begin(self._on_runs, self._on_no_runs)

    def place(self) -> SegmentPlace:
        """The image, and where it lies.

        Raises
        ------
        DacapoError
            If there is none, or none that can be used.
        """
        source = self._panel.raw.source()
        if source is None:
            raise NotFoundError("Choose an image to segment.", place="segment.raw")
        if not isinstance(source, str):
            axes = self._axes(source.ndim) or guess_axes(source)
            return SegmentPlace(layer_volume(source, axes), source, axes)
        if self._file is None or self._file.volume is None:
            raise NotFoundError("The file is still being opened.", place="segment.raw")
        volume = self._file.volume
        said = self._axes(len(volume.axes))
        if said is None or self._file.axes_fixed or self._file.axes_known:
            return SegmentPlace(volume)
        return SegmentPlace(volume.named(said))

    def request(self, place: SegmentPlace) -> SegmentRequest:
        """What the fields ask for.

        Raises
        ------
        DacapoError
            If something is missing.
        """
        path = self._panel.run_path()
        if path is None:
            raise NotFoundError("Choose a trained run.", place="segment.run")
        if self.run is None:
            raise NotFoundError("The run is still being looked at.", place="segment.run")
        return SegmentRequest(
            volume=place.volume,
            folder=self.run.folder,
            weights=self._panel.weights.weights(),
            device=self._panel.device.currentText().strip() or "auto",
            python=engine_python(),
            box=self._box(place),
            resample=self._panel.match.resample,
            rescale=self._panel.match.rescale,
            margin=margin_around(self.run, place.volume),
            axes_known=self._file is not None and self._file.axes_known,
        )

    def _box(self, place: SegmentPlace) -> VoxelBox | None:
        if not self._panel.is_part_only():
            return None
        if place.layer is None:
            raise DataError(
                "What is in view is known of layers only.",
                hint="Press Show to open the file as a layer, or segment all of it.",
            )
        found = view_box(self._viewer, place.layer, place.axes, self._panel.around.value())
        if found is None:
            raise DataError(f"Nothing of {place.volume.name} is in view.")
        order = [axis for axis in place.axes if axis != "c"]
        return tuple(found[order.index(axis)] for axis in place.volume.spatial_axes)

    def _has_image(self) -> bool:
        source = self._panel.raw.source()
        return source is not None and (not isinstance(source, str) or self._file is not None)

    def _axes(self, ndim: int) -> tuple[str, ...] | None:
        """What the run took the axes of its image for, if there are as many."""
        trained = self.run.trained if self.run is not None else None
        return trained.axes if trained is not None and len(trained.axes) == ndim else None

    def _on_closed(self) -> None:
        """The dock has let go of everything; its widgets may be gone."""
        self._closed = True
        self._scratch.delete()

    def _on_runs(self, names: tuple[str, ...]) -> None:
        self._panel.show_runs(names)
        self._look_at_run()

    def _on_no_runs(self, failure: Failed) -> None:
        self._on_runs(())

    def _on_chosen(self) -> None:
        self.run = None
        self._look_at_run()
        self.changed.emit()

    def _on_image_chosen(self) -> None:
        self._file = self._range = None
        if self._closed:
            return
        source = self._panel.raw.source()
        if isinstance(source, str):
            self._link.call("segment file", look_at_file, source, "raw").begin(
                self._on_file, self.failed.emit
            )
        self._on_chosen()

    def _on_file(self, look: FileLook) -> None:
        self._file = look
        self._panel.raw.show_look(look)
        self._on_chosen()

    def _on_show_wanted(self) -> None:
        if self._file is not None and self._file.volume is not None:
            open_as_layer(self._viewer, self._file.volume, "raw")

    def _look_at_run(self) -> None:
        """See what there is of the run, and whether the image is one like those it learnt from."""
        path = self._panel.run_path()
        if path is None or self._closed:
            self.run = self._model = None
            self.changed.emit()
            return
        try:
            volume = self.place().volume if self._has_image() else None
        except (NotFoundError, DataError):
            volume = None
        where = self._scratch.path / path.stem
        arguments = (path, where, volume, self._model, self._range)
        self._link.call("segment look", look_at_choice, *arguments).begin(
            self._on_look, self._on_no_look
        )

    def _on_look(self, look: ChoiceLook) -> None:
        self.run, self._range = look.run, look.intensities
        self._model = look.run if look.run.is_model else None
        self._panel.weights.show_run(look.run)
        self._panel.match.show_match(look.match)
        self.changed.emit()

    def _on_no_look(self, failure: Failed) -> None:
        self.run = None
        self.changed.emit()
        self.failed.emit(failure)

    def _connect(self) -> None:
        panel = self._panel
        panel.raw.changed.connect(self._on_image_chosen)
        panel.raw.show_wanted.connect(self._on_show_wanted)
        panel.run.currentTextChanged.connect(self._on_chosen)
        panel.folder.textChanged.connect(self.look_for_runs)
        self._timer.timeout.connect(self.look_for_runs)
        self._timer.start()
