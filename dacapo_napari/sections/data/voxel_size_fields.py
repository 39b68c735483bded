"""Fields for the size of a voxel: a number per axis, one unit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from dacapo_engine.errors import DataError
from dacapo_engine.units import exact_sizes, nanometres_per
from dacapo_napari.forms.leaf_editor import CalmComboBox

__all__ = ["UNITS", "VoxelSizeFields"]

UNITS = ("nm", "µm", "mm")
_AXES = ("z", "y", "x")
_MICROMETRE = 1000


class VoxelSizeFields(QWidget):
    """Lengths along z, y and x; which of them show depends on the image.

    Their parts are called ``data.voxel_size.z``, ``.y``, ``.x``, ``.unit`` and ``.in_layer``.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axes: tuple[str, ...] = ()
        self.lines = {axis: QLineEdit(self) for axis in _AXES}
        self._titles = {axis: QLabel(axis, self) for axis in _AXES}
        self.unit = CalmComboBox(self)
        self.unit.addItems(UNITS)
        self.unit.setMinimumContentsLength(2)
        self.in_layer = QCheckBox("in the layers, too", self)
        self._name_widgets(name)
        self._lay_out()

    def show_size(self, axes: Sequence[str], sizes: Sequence[Fraction], of_layers: bool) -> None:
        """Show a size in nanometres, in the unit in which it is a handy number."""
        self._axes = tuple(axes)
        factor = 1 if min(sizes) < _MICROMETRE / 10 else _MICROMETRE
        self.unit.setCurrentText(UNITS[0] if factor == 1 else UNITS[1])
        shown = dict(zip(axes, sizes, strict=True))
        for axis, line in self.lines.items():
            line.setVisible(axis in shown)
            self._titles[axis].setVisible(axis in shown)
            if axis in shown:
                line.setText(f"{float(shown[axis] / factor):.10g}")
        self.in_layer.setVisible(of_layers)

    def lengths(self) -> tuple[Fraction, ...]:
        """What is entered, in nanometres per axis.

        Raises
        ------
        DataError
            If it is no number above zero.
        """
        texts = [self.lines[axis].text().strip().replace(",", ".") for axis in self._axes]
        for axis, text in zip(self._axes, texts, strict=True):
            if not _is_number(text):
                raise DataError(f"Enter the size along {axis} as a number, such as 40 or 0.25.")
        factor = nanometres_per(self.unit.currentText()) or Fraction(1)
        return tuple(size * factor for size in exact_sizes(texts))

    def _name_widgets(self, name: str) -> None:
        for axis, line in self.lines.items():
            line.setObjectName(f"{name}.{axis}")
            line.setToolTip(f"Size of a voxel along {axis}.")
            line.setMinimumWidth(40)
        self.unit.setObjectName(f"{name}.unit")
        self.unit.setToolTip("Unit of the three sizes.")
        self.in_layer.setObjectName(f"{name}.in_layer")
        self.in_layer.setToolTip(
            "Give the layers of this volume this scale, too. They are drawn at another size then."
        )

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for axis in _AXES:
            row.addWidget(self._titles[axis])
            row.addWidget(self.lines[axis], 1)
        row.addWidget(self.unit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.in_layer)


def _is_number(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False
