"""What to segment with what: the fields of the Segment dock and of the section of the same name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QSignalBlocker, Qt
from qtpy.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dacapo_napari.engine.device_list import Device
from dacapo_napari.forms.leaf_editor import CalmComboBox, CalmSpinBox
from dacapo_napari.sections.data.source_combo import SourceCombo
from dacapo_napari.sections.data.source_row import WAYS, SourceRow
from dacapo_napari.sections.data.sources_form import is_image
from dacapo_napari.sections.narrow_form import NarrowForm
from dacapo_napari.sections.segment.match_lines import MatchLines
from dacapo_napari.sections.segment.post_processing_panel import PostProcessingPanel
from dacapo_napari.sections.segment.weights_combo import WeightsCombo
from dacapo_napari.sections.tab_order import follow_layout
from dacapo_napari.sections.train.banner import Banner
from dacapo_napari.theme_colours import ThemeColours

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["SegmentPanel"]

_MOST_AROUND = 999
_AROUND = 8
_PERCENT = 100
_MODELS = "Exported models (*.zip)"


class SegmentPanel(QWidget):
    """Fields, buttons and lines; what they do is `SegmentControl`'s.

    Parameters
    ----------
    viewer
        Whose images can be segmented.
    runs
        The folder whose runs are offered.
    chooses_folder
        Whether another runs folder can be chosen here, and the run that was trained last is
        taken by itself; otherwise somebody else fills in both.
    """

    def __init__(
        self, viewer: ViewerModel, runs: Path, chooses_folder: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._takes_newest = chooses_folder
        self.raw = SourceRow(
            SourceCombo(viewer, is_image, WAYS, empty="open an image"), "segment.raw", self
        )
        self.part = CalmComboBox(self)
        self.around = CalmSpinBox(self)
        self.run = CalmComboBox(self)
        self.folder = QLineEdit(str(runs), self)
        self.weights = WeightsCombo(self)
        self.device = CalmComboBox(self)
        self.match = MatchLines(self)
        self.error = Banner("segment.error", self)
        self.start = QPushButton("Segment", self)
        self.save = QPushButton("Save…", self)
        self.progress = QProgressBar(self)
        self.status = QLabel("", self)
        self.trial = PostProcessingPanel(viewer, self)
        self._fill()
        self._name_parts()
        self._lay_out(chooses_folder)
        follow_layout(self)
        self.part.currentIndexChanged.connect(self._on_part)

    def show_runs(self, names: tuple[str, ...]) -> None:
        """Offer these runs; what is chosen stays."""
        offered = tuple(self.run.itemText(n) for n in range(self.run.count()))
        if offered == names:
            return
        chosen = self.run.currentText()
        blocker = QSignalBlocker(self.run)
        self.run.clear()
        self.run.addItems(names)
        if chosen or not self._takes_newest:
            self.run.setEditText(chosen)
        blocker.unblock()

    def run_path(self) -> Path | None:
        """The folder, or the model file, that is chosen; None where none is."""
        text = self.run.currentText().strip()
        if not text:
            return None
        given = Path(text).expanduser()
        runs = Path(self.folder.text()).expanduser()
        return (given if given.is_absolute() else runs / text).absolute()

    def show_devices(self, devices: tuple[Device, ...]) -> None:
        """Offer the devices that can be used."""
        chosen = self.device.currentText()
        self.device.clear()
        self.device.addItems(["auto", *(device.name for device in devices if device.usable)])
        self.device.setCurrentText(chosen)

    def is_part_only(self) -> bool:
        """Whether only what is seen is to be segmented."""
        return self.part.currentIndex() == 1

    def show_share(self, share: float | None) -> None:
        """Show how far it is; below 0 that it is busy, None that nothing is done."""
        self.progress.setVisible(share is not None)
        if share is None or share < 0:
            self.progress.setRange(0, 0 if share is not None else 1)
            self.progress.reset()
        else:
            self.progress.setRange(0, _PERCENT)
            self.progress.setValue(round(share * _PERCENT))

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self.error.set_theme(colours)
        self.match.set_theme(colours)

    def _on_part(self) -> None:
        self.around.setEnabled(self.is_part_only())

    def _on_browse_run(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "A trained run", self.folder.text())
        if chosen:
            self.run.setCurrentText(str(Path(chosen)))

    def _on_browse_model(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "An exported model", self.folder.text(), _MODELS
        )
        if chosen:
            self.run.setCurrentText(str(Path(chosen)))

    def _on_browse_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Runs folder", self.folder.text())
        if chosen:
            self.folder.setText(chosen)
            self.folder.setModified(True)

    def _fill(self) -> None:
        self.part.addItems(["all of it", "what is in view"])
        self.around.setRange(0, _MOST_AROUND)
        self.around.setValue(_AROUND)
        self.around.setPrefix("± ")
        self.around.setEnabled(False)
        for combo in (self.run, self.device):
            combo.setEditable(True)
            combo.setInsertPolicy(CalmComboBox.InsertPolicy.NoInsert)
        self.device.addItems(["auto", "cpu"])
        self.progress.setTextVisible(False)
        self.show_share(None)
        self.save.setEnabled(False)
        self.trial.hide()
        self.status.setWordWrap(True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)

    def _name_parts(self) -> None:
        tips = {
            "part": (self.part, "In 3D, what is in view is taken to be as deep as it is wide."),
            "around": (self.around, "Slices before and behind the one that is shown."),
            "run": (self.run, "A run that was trained, or the path of one or of a model file."),
            "runs_folder": (self.folder, "The folder whose runs are offered."),
            "iteration": (self.weights, "best, latest, or the number of an iteration."),
            "device": (self.device, "Where to predict; a run in training predicts by itself."),
            "start": (self.start, "The result becomes a labels layer above the image."),
            "save": (self.save, "Writes the result as OME-Zarr, zarr or TIFF."),
            "progress": (self.progress, "How much is predicted."),
            "status": (self.status, ""),
        }
        for name, (part, tip) in tips.items():
            part.setObjectName(f"segment.{name}")
            part.setToolTip(tip)
        self.raw.combo.setToolTip("The image to segment: an open layer, or a file.")

    def _lay_out(self, chooses_folder: bool) -> None:
        form = NarrowForm(self)
        form.add_row("Image", self.raw)
        form.add_row("Part", _in_line((self.part, 1), (self.around, 0)))
        form.add_row("Run", _in_line((self.run, 1), (self._run_button(), 0)))
        if chooses_folder:
            button = _more("segment.runs_folder.choose", "Choose a runs folder")
            button.clicked.connect(self._on_browse_folder)
            form.add_row("Folder", _in_line((self.folder, 1), (button, 0)))
        else:
            self.folder.hide()
        form.add_row("Weights", self.weights)
        form.add_row("Device", self.device)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start, 2)
        buttons.addWidget(self.save, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(form)
        layout.addWidget(self.match)
        layout.addWidget(self.error)
        layout.addLayout(buttons)
        layout.addWidget(self.progress)
        layout.addWidget(self.status)
        layout.addWidget(self.trial)

    def _run_button(self) -> QToolButton:
        button = _more("segment.run.choose", "A run elsewhere, or an exported model")
        menu = QMenu(button)
        menu.addAction("A run folder…", self._on_browse_run)
        menu.addAction("An exported model…", self._on_browse_model)
        # A button that has a menu shows an arrow across its dots.
        button.clicked.connect(lambda: menu.popup(button.mapToGlobal(button.rect().bottomLeft())))
        return button


def _more(name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setText("…")
    button.setToolTip(tip)
    return button


def _in_line(*parts: tuple[QWidget, int]) -> QWidget:
    line = QWidget()
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for part, stretch in parts:
        layout.addWidget(part, stretch)
    return line
