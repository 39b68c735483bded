"""How an image differs from what a run was trained on, and what is done about it."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dacapo_engine.segmenting.volume_match import VolumeMatch
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["MatchLines"]


class MatchLines(QWidget):
    """A sentence for the voxel size and one for the intensities, each with a button.

    Signals
    -------
    changed()
        Somebody wants something else to be done.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._match = VolumeMatch()
        self.voxel_size = FactLabel("segment.voxel_size", self)
        self.intensities = FactLabel("segment.range", self)
        self.change_voxel_size = self._button("segment.change_voxel_size")
        self.change_intensities = self._button("segment.change_range")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for label, button in (
            (self.voxel_size, self.change_voxel_size),
            (self.intensities, self.change_intensities),
        ):
            row = QHBoxLayout()
            row.addWidget(label, 1)
            row.addWidget(button)
            layout.addLayout(row)
        self.show_match(VolumeMatch())

    @property
    def resample(self) -> bool:
        """Whether voxels are brought to the size of training."""
        return not self.change_voxel_size.isChecked()

    @property
    def rescale(self) -> bool:
        """Whether intensities are stretched like those of training."""
        return not self.change_intensities.isChecked()

    def show_match(self, match: VolumeMatch) -> None:
        """Say what differs; nothing where nothing does."""
        if match.size_text != self._match.size_text:
            self.change_voxel_size.setChecked(False)
        if match.range_text != self._match.range_text:
            self.change_intensities.setChecked(False)
        self._match = match
        self._say()

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self.voxel_size.set_theme(colours)
        self.intensities.set_theme(colours)

    def _say(self) -> None:
        match = self._match
        size = f"it will be {match.resampling} first" if self.resample else "it is taken as it is"
        self.voxel_size.set_fact("", match.size_text and f"{match.size_text}: {size}.")
        intensities = (
            "they will be stretched to the same range" if self.rescale else "they are taken as such"
        )
        self.intensities.set_fact("", match.range_text and f"{match.range_text}: {intensities}.")
        self.change_voxel_size.setVisible(bool(match.size_text))
        self.change_intensities.setVisible(bool(match.range_text))
        self.setVisible(bool(match.size_text or match.range_text))

    def _on_toggled(self) -> None:
        self._say()
        self.changed.emit()

    def _button(self, name: str) -> QPushButton:
        button = QPushButton("Change", self)
        button.setObjectName(name)
        button.setCheckable(True)
        button.setToolTip("Take the image as it is; once more: bring it to what training saw.")
        button.toggled.connect(self._on_toggled)
        return button
