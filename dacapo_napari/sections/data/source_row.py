"""Where image, labels or mask of a volume come from: a layer, or a file by its path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qtpy.QtCore import QSignalBlocker, QTimer, Signal
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from dacapo_napari.forms.leaf_editor import CalmComboBox
from dacapo_napari.sections.data.source_combo import SourceCombo
from dacapo_napari.volumes.chosen_volume import Source
from dacapo_napari.volumes.file_volume import FileLook

__all__ = ["CONTAINER", "FILE", "FOLDER", "WAYS", "SourceRow"]

FILE, CONTAINER, FOLDER = "file", "container", "folder"
WAYS: Mapping[str, str] = {FILE: "an image file…", CONTAINER: "a zarr or N5 folder…"}
"""Kinds of files that image, labels and mask can come from."""

_IMAGES = "Images (*.tif *.tiff *.png *.jpg *.jpeg *.bmp);;All files (*)"
_SETTLE_MS = 500


class SourceRow(QWidget):
    """A combo box; below it, where a file is chosen, its path, its dataset and a button to see it.

    Its parts are called after the combo box: ``data.raw.path``, ``.dataset``, ``.show``.

    Signals
    -------
    changed()
        Another layer or file is chosen.
    show_wanted()
        Somebody wants to see the file as a layer.
    """

    changed = Signal()
    show_wanted = Signal()

    def __init__(self, combo: SourceCombo, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.combo = combo
        self.path = QLineEdit(self)
        self.dataset = CalmComboBox(self)
        self.show_button = QPushButton("Show", self)
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(_SETTLE_MS)
        self._name_widgets(name)
        self._lay_out()
        self._show_file()
        combo.layer_changed.connect(self._on_layer_changed)
        combo.wanted.connect(self.browse)
        self.path.textChanged.connect(self._on_typed)
        self.path.editingFinished.connect(self._take_path)
        self._waiting.timeout.connect(self._take_path)
        self.dataset.activated.connect(self._on_dataset_chosen)
        self.show_button.clicked.connect(self.show_wanted)

    def source(self) -> Source:
        """The layer or the path chosen."""
        return self.combo.source()

    def set_source(self, source: Source) -> None:
        """Show what was chosen; tells nobody."""
        self.combo.set_source(source)
        self._show_file()

    def show_look(self, look: FileLook | None) -> None:
        """Show which datasets there are where the path leads."""
        names = () if look is None else look.datasets
        if [self.dataset.itemText(n) for n in range(self.dataset.count())] != list(names):
            self.dataset.clear()
            self.dataset.addItems(names)
        if look is not None:
            self.dataset.setCurrentIndex(self.dataset.findText(self._dataset_of(look)))
        self.dataset.setVisible(bool(names))
        self.show_button.setEnabled(look is not None and look.volume is not None)
        is_folder = look is not None and (look.is_folder or look.volume is None)
        self.show_button.setVisible(isinstance(self.source(), str) and not is_folder)

    def browse(self, kind: str) -> None:
        """Let somebody look for a file of this kind."""
        start = str(Path(self.path.text() or str(Path.home())).parent)
        if kind == FILE:
            found, _ = QFileDialog.getOpenFileName(self, "An image file", start, _IMAGES)
        elif kind == CONTAINER:
            found = QFileDialog.getExistingDirectory(self, "A zarr or N5 folder", start)
        else:
            found = QFileDialog.getExistingDirectory(self, "A folder of images", start)
        if found:
            self._choose(found)

    def _choose(self, path: str) -> None:
        self._waiting.stop()
        if path == self.combo.source():
            return
        self.set_source(path)
        self.changed.emit()

    def _on_typed(self, text: str) -> None:
        # Nobody wants every letter of a path to be looked for; a script sets all of it at once.
        if self.path.hasFocus():
            self._waiting.start()
        else:
            self._take_path()

    def _take_path(self) -> None:
        self._waiting.stop()
        text = self.path.text().strip()
        if text:
            self._choose(text)

    def _on_layer_changed(self) -> None:
        self._show_file()
        self.changed.emit()

    def _on_dataset_chosen(self) -> None:
        look_path = self.path.text()
        for container in (Path(look_path), *Path(look_path).parents):
            if container.suffix.lower() in {".zarr", ".n5"}:
                self._choose(f"{container.as_posix()}/{self.dataset.currentText()}")
                return

    def _show_file(self) -> None:
        source = self.combo.source()
        path = source if isinstance(source, str) else ""
        blocker = QSignalBlocker(self.path)
        if self.path.text().strip() != path:
            self.path.setText(path)
        blocker.unblock()
        self.path.setVisible(bool(path))
        self.path.setToolTip(path)
        self.show_button.setVisible(bool(path))
        self.show_button.setEnabled(False)
        self.dataset.setVisible(False)

    def _dataset_of(self, look: FileLook) -> str:
        matching = [name for name in look.datasets if look.path.endswith(f"/{name}")]
        return max(matching, key=len, default="")

    def _name_widgets(self, name: str) -> None:
        self.combo.setObjectName(name)
        self.path.setObjectName(f"{name}.path")
        self.path.setPlaceholderText("path of a zarr dataset, N5, TIFF or PNG")
        self.path.setToolTip("Where the file lies. It is read there and never copied.")
        self.dataset.setObjectName(f"{name}.dataset")
        self.dataset.setToolTip("The dataset in the zarr or N5 folder.")
        self.show_button.setObjectName(f"{name}.show")
        self.show_button.setToolTip("Open the file as a layer; it is read where it is looked at.")
        self.setFocusProxy(self.combo)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.path, 1)
        line.addWidget(self.show_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.combo)
        layout.addLayout(line)
        layout.addWidget(self.dataset)
