"""One parameter of the post-processing: a slider and the number beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QWidget

__all__ = ["ParameterField", "ParameterSlider"]

_STEPS = 100
_NUMBER_WIDTH = 104


@dataclass(frozen=True)
class ParameterField:
    """A field of the parameters' config class, as the engine tells it."""

    name: str
    title: str
    description: str = ""
    unit: str = ""
    whole: bool = False
    lowest: float = 0.0
    highest: float = 1.0

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> ParameterField:
        """From plain data."""
        return cls(**{name: data[name] for name in cls.__dataclass_fields__ if name in data})


class ParameterSlider(QWidget):
    """A slider and a field for the exact number; both show the same value.

    Signals
    -------
    changed()
        Somebody has changed the value.
    """

    changed = Signal()

    def __init__(self, field: ParameterField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.slider = _CalmSlider(Qt.Orientation.Horizontal, self)
        # A whole number is one of no decimals: one kind of field for both.
        self.number = _CalmNumber(self)
        self.number.setDecimals(0 if field.whole else 2)
        self.number.setSingleStep(self._step())
        self._set_up()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.number)
        self.slider.valueChanged.connect(self._on_slid)
        self.number.valueChanged.connect(self._on_number)

    def value(self) -> float:
        """The number."""
        value = self.number.value()
        return int(value) if self.field.whole else round(float(value), 4)

    def set_value(self, value: float) -> None:
        """Show another number; tells nobody. The slider grows where it does not reach."""
        blockers = (QSignalBlocker(self.number), QSignalBlocker(self.slider))
        if value > self.number.maximum():
            self._set_end(value)
        self.number.setValue(float(value))
        self.slider.setValue(self._position(value))
        for blocker in blockers:
            blocker.unblock()

    def _set_up(self) -> None:
        name = f"segment.parameter.{self.field.name}"
        self.number.setObjectName(name)
        self.slider.setObjectName(f"{name}.slider")
        self.number.setFixedWidth(_NUMBER_WIDTH)
        self.number.setMinimum(self.field.lowest)
        self.number.setKeyboardTracking(False)
        for part in (self.slider, self.number):
            part.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._set_end(self.field.highest)
        unit = f" In {self.field.unit}." if self.field.unit else ""
        for part in (self.slider, self.number):
            part.setToolTip(f"{self.field.description}{unit}")

    def _set_end(self, highest: float) -> None:
        self.number.setMaximum(highest)
        if self.field.whole:
            self.slider.setRange(int(self.field.lowest), int(highest))
        else:
            self.slider.setRange(0, _STEPS)

    def _step(self) -> float:
        if self.field.whole:
            return 1.0
        return (self.field.highest - self.field.lowest) / _STEPS

    def _position(self, value: float) -> int:
        begin = 0.0 if self.field.whole else self.field.lowest
        return round((value - begin) / self._step())

    def _on_slid(self, position: int) -> None:
        begin = 0.0 if self.field.whole else self.field.lowest
        self.number.setValue(begin + position * self._step())

    def _on_number(self) -> None:
        blocker = QSignalBlocker(self.slider)
        self.slider.setValue(self._position(self.value()))
        blocker.unblock()
        self.changed.emit()


class _CalmSlider(QSlider):
    """The wheel scrolls the dock past it, until somebody clicks it."""

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Move only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        elif event is not None:
            event.ignore()


class _CalmNumber(QDoubleSpinBox):
    """Likewise."""

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Count only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        elif event is not None:
            event.ignore()
