"""*Plugins > DaCapo > Segment*: a layer, a trained run, and the objects as a labels layer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QSignalBlocker, Qt, QTimer
from qtpy.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dacapo_engine.errors import DacapoError, NotFoundError
from dacapo_napari.device_list import Device, ask_for_devices
from dacapo_napari.dock_link import DockLink
from dacapo_napari.forms.leaf_editor import CalmComboBox
from dacapo_napari.layer_volume import guess_axes, layer_volume
from dacapo_napari.plugin_settings import engine_python, runs_folder
from dacapo_napari.run_layers import add_segmentation
from dacapo_napari.run_setup import trained_runs
from dacapo_napari.run_updates import Failed
from dacapo_napari.sections.banner import Banner
from dacapo_napari.sections.data_section import is_image
from dacapo_napari.sections.layer_combo import LayerCombo
from dacapo_napari.segment_thread import Segmented, SegmentRequest, SegmentThread
from dacapo_napari.stored_axes import stored_axes
from dacapo_napari.theme_colours import theme_colours

if TYPE_CHECKING:
    import napari

__all__ = ["SegmentWidget"]

_LOOK_MS = 3000
_OF = "dacapo segmentation of"
_LEAST_WIDTH = 320


class SegmentWidget(QWidget):
    """The Segment dock.

    Parameters
    ----------
    napari_viewer
        Whose layers are segmented, and where the result is shown.
    """

    def __init__(self, napari_viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._link = DockLink()
        self._thread: SegmentThread | None = None
        self._raw = LayerCombo(napari_viewer, is_image, empty="open an image", parent=self)
        self._run = CalmComboBox(self)
        self._folder = QLineEdit(str(runs_folder()), self)
        self._iteration = CalmComboBox(self)
        self._device = CalmComboBox(self)
        self._start = QPushButton("Segment", self)
        self._progress = QProgressBar(self)
        self._status = QLabel("", self)
        self._error = Banner("segment.error", self)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._set_up()
        self._lay_out()
        self._connect()
        self._on_theme_changed()
        self._look_for_runs()

    def reset_choices(self, event: object = None) -> None:
        """Offer the layers that are open now."""
        self._raw.reset_choices()

    def event(self, event: QEvent | None) -> bool:
        """Let go of the viewer when the dock is taken out of its window."""
        handled = bool(super().event(event))
        is_moved = event is not None and event.type() == QEvent.Type.ParentChange
        if is_moved and self.parent() is None:
            self.close_down()
        return handled

    def close_down(self) -> None:
        """Let go of everything; what is being segmented is given up."""
        self._timer.stop()
        self._link.close()

    def _look_for_runs(self) -> None:
        if not self._folder.isModified():
            self._folder.setText(str(runs_folder()))
        self._link.call("runs", trained_runs, Path(self._folder.text()).expanduser()).begin(
            self._on_runs, self._on_no_runs
        )

    def _on_runs(self, names: tuple[str, ...]) -> None:
        offered = tuple(self._run.itemText(i) for i in range(self._run.count()))
        if offered != names:
            chosen = self._run.currentText()
            blocker = QSignalBlocker(self._run)
            self._run.clear()
            self._run.addItems(names)
            if chosen:
                self._run.setCurrentText(chosen)
            blocker.unblock()
        self._refresh()

    def _on_no_runs(self, failure: Failed) -> None:
        self._on_runs(())

    def _run_path(self) -> Path:
        text = self._run.currentText().strip()
        if not text:
            raise NotFoundError("Choose a trained run.", place="segment.run")
        given = Path(text).expanduser()
        path = given if given.is_absolute() else Path(self._folder.text()).expanduser() / text
        return path.absolute()

    def _on_start(self) -> None:
        if self._thread is not None:
            self._give_up()
            return
        self._error.setText("")
        try:
            request = self._request()
        except DacapoError as error:
            self._error.setText(str(Failed.of(error)))
            return
        self._thread = SegmentThread(request)
        self._thread.said.connect(self._status.setText)
        self._thread.done.connect(self._on_done)
        self._thread.failed.connect(self._on_failed)
        self._thread.finished.connect(self._on_finished)
        self._link.interrupt_on_close(self._thread)
        self._progress.setRange(0, 0)
        self._thread.begin()
        self._refresh()

    def _request(self) -> SegmentRequest:
        raw = self._raw.layer()
        if raw is None:
            raise NotFoundError("Choose an image to segment.", place="segment.raw")
        path = self._run_path()
        return SegmentRequest(
            layer_volume(raw, stored_axes(path, raw.ndim) or guess_axes(raw)),
            path,
            self._iteration.currentText().strip() or "best",
            self._device.currentText().strip() or "auto",
            engine_python(),
        )

    def _on_done(self, result: Segmented) -> None:
        volume, run = result.request.volume, result.request.run_path.name
        raw = next((layer for layer in self._viewer.layers if layer.name == volume.name), None)
        if raw is None:
            self._error.setText(f"{volume.name} was closed before its segmentation was ready.")
            return
        name = self._result_name(run, raw.name)
        layer = add_segmentation(self._viewer, name, result.labels, raw, volume)
        layer.metadata = {**layer.metadata, _OF: raw.name}
        many = "s" * (result.count != 1)
        self._status.setText(f"{result.count:,} object{many} in '{name}'.")

    def _result_name(self, run: str, raw: str) -> str:
        """A result replaces the last one of that run and image, and no other."""
        name = f"{run} segmentation"
        taken = [layer for layer in self._viewer.layers if layer.name == name]
        if taken and taken[0].metadata.get(_OF) != raw:
            return f"{name} of {raw}"
        return name

    def _on_failed(self, failure: Failed) -> None:
        self._status.setText("")
        self._error.setText(str(failure))

    def _on_finished(self) -> None:
        self._thread = None
        self._progress.setRange(0, 1)
        self._progress.reset()
        if self._status.text().endswith("…"):
            self._status.setText("")
        self._refresh()

    def _give_up(self) -> None:
        if self._thread is not None:
            self._thread.requestInterruption()
            self._status.setText("Giving up…")

    def _refresh(self) -> None:
        busy = self._thread is not None
        ready = self._raw.layer() is not None and bool(self._run.currentText().strip())
        self._start.setEnabled(busy or ready)
        self._start.setText("Cancel" if busy else "Segment")
        if not busy and not ready and not self._status.text():
            self._status.setText("Choose an image and a trained run.")
        elif ready and self._status.text().startswith("Choose an image"):
            self._status.setText("")

    def _on_browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "A trained run", self._folder.text())
        if chosen:
            self._run.setCurrentText(str(Path(chosen)))

    def _on_browse_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Runs folder", self._folder.text())
        if chosen:
            self._folder.setText(chosen)
            self._folder.setModified(True)
            self._look_for_runs()

    def _on_folder_changed(self) -> None:
        self._look_for_runs()

    def _on_devices(self, devices: tuple[Device, ...]) -> None:
        chosen = self._device.currentText()
        self._device.clear()
        self._device.addItems(["auto", *(device.name for device in devices if device.usable)])
        self._device.setCurrentText(chosen)

    def _on_no_devices(self, failure: Failed) -> None:
        self._error.setText(f"The engine does not answer: {failure}")

    def _on_theme_changed(self, event: object = None) -> None:
        self._error.set_theme(theme_colours(self._viewer.theme))

    def _connect(self) -> None:
        self._link.connect(self._viewer.events.theme, self._on_theme_changed)
        for name in ("inserted", "removed", "reordered", "renamed"):
            self._link.connect(getattr(self._viewer.layers.events, name), self.reset_choices)
        self._raw.layer_changed.connect(self._refresh)
        self._run.currentTextChanged.connect(self._refresh)
        self._folder.textChanged.connect(self._on_folder_changed)
        self._start.clicked.connect(self._on_start)
        self._timer.timeout.connect(self._look_for_runs)
        self._timer.start()
        # A partial, since Qt would not keep the link alive for a bound method of it.
        self.destroyed.connect(partial(DockLink.close, self._link))
        self._link.call("devices", ask_for_devices, engine_python()).begin(
            self._on_devices, self._on_no_devices
        )

    def _set_up(self) -> None:
        names = ("raw", "run", "folder", "iteration", "device", "start", "progress", "status")
        for name in names:
            getattr(self, f"_{name}").setObjectName(f"segment.{name}")
        self._folder.setObjectName("segment.runs_folder")
        for combo in (self._run, self._iteration, self._device):
            combo.setEditable(True)
            combo.setInsertPolicy(CalmComboBox.InsertPolicy.NoInsert)
        self._iteration.addItems(["best", "latest"])
        self._device.addItems(["auto", "cpu"])
        self._progress.setTextVisible(False)
        self._status.setWordWrap(True)
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        self._raw.setToolTip("The image to segment.")
        self._run.setToolTip("A run of the folder below that was trained, or the path of one.")
        self._iteration.setToolTip("best, latest, or the number of an iteration.")
        self._start.setToolTip("The result becomes a labels layer above the image.")

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(4)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Image", self._raw)
        form.addRow("Run", _with_button(self._run, "A run elsewhere", self._on_browse))
        form.addRow("Folder", _with_button(self._folder, "Runs folder", self._on_browse_folder))
        form.addRow("Iteration", self._iteration)
        form.addRow("Device", self._device)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        layout.addLayout(form)
        layout.addWidget(self._error)
        layout.addWidget(self._start)
        layout.addWidget(self._progress)
        layout.addWidget(self._status)
        layout.addStretch(1)
        self.setMinimumWidth(_LEAST_WIDTH)


def _with_button(field: QWidget, tip: str, clicked: Callable[[], None]) -> QWidget:
    line = QWidget()
    button = QToolButton(line)
    button.setText("…")
    button.setToolTip(tip)
    button.clicked.connect(clicked)
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(field, 1)
    layout.addWidget(button)
    return line
