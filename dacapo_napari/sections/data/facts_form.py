"""What is known of one volume, and where somebody can correct it."""

from __future__ import annotations

from fractions import Fraction

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QWidget

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.units import exact_number
from dacapo_napari.forms.leaf_editor import CalmComboBox
from dacapo_napari.sections.data.fact_row import FactRow
from dacapo_napari.sections.data.layer_facts import (
    objects_words,
    range_words,
    shape_words,
    space_sizes,
    voxel_size_words,
)
from dacapo_napari.sections.data.range_fields import RangeFields
from dacapo_napari.sections.data.voxel_size_fields import VoxelSizeFields
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.sections.narrow_form import NarrowForm
from dacapo_napari.sections.times_box import TimesBox
from dacapo_napari.theme_colours import ThemeColours
from dacapo_napari.volumes.chosen_volume import ChosenVolume
from dacapo_napari.volumes.layer_volume import FIRST_AXES, LayerVolume

__all__ = ["FactsForm"]

_NO_FIRST_AXIS = 2
_QUESTION = "How far apart are slices, compared with pixels?"


class FactsForm(NarrowForm):
    """Shape, first axis, voxel size, intensities and labels of the volume that is edited.

    Signals
    -------
    said(dict)
        Fields of a `ChosenVolume` that somebody has corrected.
    scale_wanted(object)
        Sizes in nanometres of z, y, x that the layers shall have, too.
    """

    said = Signal(object)
    scale_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: VolumeFacts | None = None
        self._chosen = ChosenVolume()
        self.shape = FactLabel("data.shape", self)
        self.first_axis = CalmComboBox(self)
        self._sizes = VoxelSizeFields("data.voxel_size", self)
        self.voxel_size = FactRow("data.voxel_size", self._sizes, "As it was", self)
        self.anisotropy = TimesBox(self)
        self._slices = self._question()
        self._limits = RangeFields("data.range", self)
        self.range = FactRow("data.range", self._limits, "As measured", self)
        self.objects = FactLabel("data.objects", self)
        self._name_widgets()
        rows: dict[str, QWidget] = {
            "Shape": self.shape,
            "First axis": self.first_axis,
            "Voxel": self.voxel_size,
            "Range": self.range,
            "Labelled": self.objects,
        }
        for title, field in rows.items():
            self.add_row(title, field)
            self.form.setRowVisible(field, False)
        self.form.insertRow(3, self._slices)
        self.form.setRowVisible(self._slices, False)
        self._connect()

    def show_volume(
        self,
        chosen: ChosenVolume,
        told: LayerVolume | None,
        said: LayerVolume | None,
        *,
        axes: tuple[str, ...] = (),
        axes_known: bool = True,
        axes_fixed: bool = False,
        count: int = 1,
    ) -> None:
        """Show another volume, or nothing.

        Parameters
        ----------
        told, said
            The image as layer or file say, and with what somebody said of it.
        axes
            Of the image, without the colours of a layer.
        count
            How many images there are, of which it is the first.
        """
        self._chosen = chosen
        self.setVisible(told is not None)
        blocker = QSignalBlocker(self.anisotropy)
        self.anisotropy.setValue(float(chosen.anisotropy or 1))
        blocker.unblock()
        if told is None or said is None:
            self._state(self.shape, self.shape, "")
            self._state(self.voxel_size, self.voxel_size.label, "")
            return
        known = axes_known or chosen.first_axis is not None
        self._state(self.shape, self.shape, *shape_words(said, known, count))
        self._offer_first_axes(axes, axes_fixed)
        is_set = chosen.voxel_size is not None
        words = voxel_size_words(told, said, is_set=is_set)
        self._state(self.voxel_size, self.voxel_size.label, *words)
        sizes = space_sizes(said)
        self._sizes.show_size(list(sizes), list(sizes.values()), told.file is None)
        asks = not told.known and not is_set and "z" in said.axes
        self.form.setRowVisible(self._slices, asks)
        self.show_measured(self._facts)

    def fold(self) -> None:
        """Put the fields away: another volume is edited."""
        self.voxel_size.unfold(False)
        self.range.unfold(False)

    def show_measured(self, facts: VolumeFacts | None) -> None:
        """Show what was measured, or that nothing was."""
        self._facts = facts
        said = self._chosen.intensity_range
        words = ("", "") if facts is None else range_words(facts, said)
        self._state(self.range, self.range.label, *words)
        partial = self._chosen.meaning.zero != "background"
        objects = "" if facts is None else objects_words(facts, partial)
        self._state(self.objects, self.objects, objects)
        if facts is not None and not self.range.change.isChecked():
            self._limits.show_range(*(said or facts.intensity_range))

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        for label in (self.shape, self.voxel_size.label, self.range.label, self.objects):
            label.set_theme(colours)

    def _state(self, row: QWidget, label: FactLabel, fact: str, doubt: str = "") -> None:
        label.set_fact(fact, doubt)
        self.form.setRowVisible(row, bool(fact or doubt))

    def _offer_first_axes(self, axes: tuple[str, ...], fixed: bool) -> None:
        many = len(axes) > _NO_FIRST_AXIS
        self.first_axis.clear()
        if many:
            for axis, word in FIRST_AXES.items():
                if axis != "z" or len(axes) == _NO_FIRST_AXIS + 1:
                    self.first_axis.addItem(word, axis)
            self.first_axis.setCurrentIndex(self.first_axis.findData(axes[0]))
            self.first_axis.setEnabled(not fixed)
        self.form.setRowVisible(self.first_axis, many)

    def _on_first_axis(self) -> None:
        self.said.emit(
            {"first_axis": self.first_axis.currentData(), "voxel_size": None, "anisotropy": None}
        )

    def _on_anisotropy(self, times: float) -> None:
        self.said.emit({"anisotropy": exact_number(f"{times:g}")})

    def _on_size_set(self) -> None:
        try:
            sizes: tuple[Fraction, ...] = self._sizes.lengths()
        except DataError as error:
            self.voxel_size.error.setText(error.message)
            return
        self.voxel_size.unfold(False)
        in_layer = self._sizes.in_layer
        if in_layer.isChecked() and not in_layer.isHidden():
            self.scale_wanted.emit(sizes)
            self.said.emit({"voxel_size": None, "anisotropy": None})
        else:
            self.said.emit({"voxel_size": sizes})

    def _on_size_reset(self) -> None:
        self.voxel_size.unfold(False)
        self.said.emit({"voxel_size": None, "anisotropy": None})

    def _on_range_set(self) -> None:
        try:
            limits = self._limits.range()
        except DataError as error:
            self.range.error.setText(error.message)
            return
        self.range.unfold(False)
        self.said.emit({"intensity_range": limits})

    def _on_range_reset(self) -> None:
        self.range.unfold(False)
        self.said.emit({"intensity_range": None})

    def _question(self) -> QWidget:
        asked = QWidget(self)
        words = QLabel(_QUESTION, asked)
        words.setWordWrap(True)
        words.setBuddy(self.anisotropy)
        line = QHBoxLayout(asked)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(words, 1)
        line.addWidget(self.anisotropy)
        return asked

    def _name_widgets(self) -> None:
        self.first_axis.setObjectName("data.first_axis")
        self.first_axis.setToolTip("What the first axis of the image is.")
        self.anisotropy.setObjectName("data.anisotropy")
        self.anisotropy.setToolTip(
            "1: slices are as far apart as pixels. 5: five times as far, as in many stacks of "
            "electron microscopy. The network looks less far across slices then."
        )
        self.voxel_size.change.setToolTip("Correct the size of a voxel.")
        self.voxel_size.set_button.setToolTip("Let the run take this size.")
        self.voxel_size.reset_button.setToolTip("Take the size that layer or file say.")
        self.range.change.setToolTip("Correct which intensities become 0 and 1.")
        self.range.set_button.setToolTip("Let the run take this range.")
        self.range.reset_button.setToolTip("Take the range that was measured.")

    def _connect(self) -> None:
        self.first_axis.activated.connect(self._on_first_axis)
        self.anisotropy.valueChanged.connect(self._on_anisotropy)
        self.voxel_size.set_wanted.connect(self._on_size_set)
        self.voxel_size.reset_wanted.connect(self._on_size_reset)
        self.range.set_wanted.connect(self._on_range_set)
        self.range.reset_wanted.connect(self._on_range_reset)
