"""One line of a list of configs, which unfolds into its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from qtpy.QtCore import QEvent, QObject, QPoint, Qt, Signal
from qtpy.QtGui import QKeyEvent, QMouseEvent
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from dacapo_engine.config import Config
from dacapo_napari.forms.error_line import ErrorLine
from dacapo_napari.forms.error_sentences import FieldPath, with_path
from dacapo_napari.forms.eye_button import EyeButton
from dacapo_napari.forms.fold import FoldButton
from dacapo_napari.forms.group_editor import INDENT, GroupEditor
from dacapo_napari.forms.kinds import kind_sentence, kind_title
from dacapo_napari.forms.summary import summary

__all__ = ["SWITCH_FIELD", "DragHandle", "ListRow"]

SWITCH_FIELD = "enabled"
"""A config with this field knows whether it is switched on; others are left out while off."""


class DragHandle(QLabel):
    """Where a row is taken hold of.

    Signals
    -------
    dragged(QPoint)
        The mouse was moved with its button down; its global position.
    """

    dragged = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("\u2261", parent)
        self.setToolTip("Drag to change the order; Alt+Up and Alt+Down do so by keyboard.")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setFixedWidth(14)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Take hold."""
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go."""
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Carry the row along."""
        if event is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(event.globalPosition().toPoint())


class ListRow(QFrame):
    """Handle, switch, name, summary and buttons; below them the form, once unfolded.

    Signals
    -------
    changed()
        The config is another one, or was switched on or off.
    removed(ListRow), movedUp(ListRow), movedDown(ListRow), dragged(ListRow, QPoint)
        What the user asks of the list.
    """

    changed = Signal()
    removed = Signal(object)
    movedUp = Signal(object)
    movedDown = Signal(object)
    dragged = Signal(object, QPoint)

    def __init__(self, form: GroupEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = form
        self._knows_switch = SWITCH_FIELD in form.configClass().model_fields
        self.handle = DragHandle(self)
        self.switch = EyeButton(self)
        self.fold = FoldButton(kind_title(form.configClass()), self)
        self.summary = QElidingLabel("", self)
        self.up = _button(Qt.ArrowType.UpArrow, "Move up.", self)
        self.down = _button(Qt.ArrowType.DownArrow, "Move down.", self)
        self.remove = _button(Qt.ArrowType.NoArrow, "Remove.", self)
        self._error = ErrorLine(self)
        self._prepare()
        self._lay_out()
        self._connect()
        self._summarize()

    def isOn(self) -> bool:
        """Whether the config takes part."""
        return bool(self.switch.isChecked())

    def isKept(self) -> bool:
        """Whether the config is part of the list's value: on, or known to be off."""
        return self.isOn() or self._knows_switch

    def setValue(self, config: Config) -> None:
        """Show `config`."""
        self.form.setValue(config)
        if self._knows_switch:
            self.switch.setChecked(bool(getattr(config, SWITCH_FIELD)))

    def data(self) -> dict[str, Any]:
        """The config as plain data, valid or not."""
        switch = {SWITCH_FIELD: self.isOn()} if self._knows_switch else {}
        return {**self.form.data(), **switch}

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Move with Alt and an arrow, which a button would take for moving the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            moves = {int(Qt.Key.Key_Up): self.movedUp, int(Qt.Key.Key_Down): self.movedDown}
            if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in moves:
                moves[event.key()].emit(self)
                return True
        return bool(super().eventFilter(watched, event))

    def setErrors(self, errors: Mapping[FieldPath, str]) -> None:
        """Show errors in the form, and below the line while it is folded."""
        self.form.setErrors(errors)
        self._error.setText(" ".join(with_path(path, text) for path, text in errors.items()))
        self._error.setVisible(bool(errors) and not self.fold.isChecked())

    def tabStops(self) -> list[QWidget]:
        """What Tab stops at, in order: the line, then the form."""
        return [*self._controls(), *self.form.tabStops()]

    def setPrefix(self, prefix: str) -> None:
        """Name the row's widgets ``prefix.<widget>`` and its fields ``prefix.<field>``."""
        self.setObjectName(prefix)
        self.form.setPrefix(prefix)
        for name in ("handle", "switch", "fold", "summary", "up", "down", "remove"):
            getattr(self, name).setObjectName(f"{prefix}.{name}")

    def _prepare(self) -> None:
        self.form.setParent(self)
        self.form.setVisible(False)
        self.switch.setToolTip("Switched off, it stays in the list but takes no part.")
        self.switch.setAccessibleName("Switched on")
        self.fold.setToolTip(kind_sentence(self.form.configClass()))
        self.remove.setText("\u2715")

    def _controls(self) -> list[QWidget]:
        return [self.switch, self.fold, self.up, self.down, self.remove]

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(2)
        line.addWidget(self.handle)
        line.addWidget(self.switch)
        line.addWidget(self.fold)
        line.addWidget(self.summary, 1)
        line.addWidget(self.up)
        line.addWidget(self.down)
        line.addWidget(self.remove)
        inside = QVBoxLayout()
        inside.setContentsMargins(2 * INDENT, 0, 0, 4)
        inside.addWidget(self._error)
        inside.addWidget(self.form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addLayout(inside)

    def _connect(self) -> None:
        self.fold.toggled.connect(self._on_folded)
        self.switch.toggled.connect(self._on_switched)
        self.form.valueChanged.connect(self._on_edited)
        self.remove.clicked.connect(self._on_remove)
        self.up.clicked.connect(self._on_up)
        self.down.clicked.connect(self._on_down)
        self.handle.dragged.connect(self._on_dragged)
        for control in self._controls():
            control.installEventFilter(self)

    def _summarize(self) -> None:
        text = self._words()
        self.summary.setText(text)
        self.summary.setToolTip(text)

    def _words(self) -> str:
        """What the config says of itself, else what differs from the defaults."""
        cls, words = self.form.configClass(), ""
        if hasattr(cls, "in_words"):
            try:
                words = str(cls.model_validate(self.data()).in_words())
            except ValidationError:
                words = ""
        return words or summary(cls, self.form.data())

    def _on_folded(self, unfolded: bool) -> None:
        self.form.setVisible(unfolded)
        self._error.setVisible(bool(self._error.text()) and not unfolded)

    def _on_switched(self, on: bool) -> None:
        self.summary.setEnabled(on)
        self.form.setEnabled(on)
        self.changed.emit()

    def _on_edited(self) -> None:
        self._summarize()
        self.changed.emit()

    def _on_remove(self) -> None:
        self.removed.emit(self)

    def _on_up(self) -> None:
        self.movedUp.emit(self)

    def _on_down(self) -> None:
        self.movedDown.emit(self)

    def _on_dragged(self, position: QPoint) -> None:
        self.dragged.emit(self, position)


def _button(arrow: Qt.ArrowType, tooltip: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setArrowType(arrow)
    button.setAutoRaise(True)
    button.setToolTip(tooltip)
    button.setAccessibleName(tooltip.rstrip("."))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setFixedSize(20, 20)
    return button
