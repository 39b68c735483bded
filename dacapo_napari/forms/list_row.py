"""One line of a list of configs, which unfolds into its form."""

from __future__ import annotations

from collections.abc import Mapping

from qtpy.QtCore import QPoint, Qt, Signal
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from dacapo_napari.forms.error_line import ErrorLine
from dacapo_napari.forms.error_sentences import FieldPath, with_path
from dacapo_napari.forms.fold import FoldButton
from dacapo_napari.forms.group_editor import INDENT, GroupEditor
from dacapo_napari.forms.kinds import kind_sentence, kind_title
from dacapo_napari.forms.summary import summary

__all__ = ["DragHandle", "ListRow"]


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
        self.setToolTip("Drag to change the order.")
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
        self.handle = DragHandle(self)
        self.switch = QCheckBox(self)
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

    def setErrors(self, errors: Mapping[FieldPath, str]) -> None:
        """Show errors in the form, and below the line while it is folded."""
        self.form.setErrors(errors)
        self._error.setText(" ".join(with_path(path, text) for path, text in errors.items()))
        self._error.setVisible(bool(errors) and not self.fold.isChecked())

    def tabStops(self) -> list[QWidget]:
        """What Tab stops at, in order: the line, then the form."""
        line = [self.switch, self.fold, self.up, self.down, self.remove]
        return line + self.form.tabStops()

    def setPrefix(self, prefix: str) -> None:
        """Name the row's widgets ``prefix.<widget>`` and its fields ``prefix.<field>``."""
        self.setObjectName(prefix)
        self.form.setPrefix(prefix)
        for name in ("handle", "switch", "fold", "summary", "up", "down", "remove"):
            getattr(self, name).setObjectName(f"{prefix}.{name}")

    def _prepare(self) -> None:
        self.form.setParent(self)
        self.form.setVisible(False)
        self.switch.setChecked(True)
        self.switch.setToolTip("Switched off, it stays in the list but takes no part.")
        self.fold.setToolTip(kind_sentence(self.form.configClass()))
        self.remove.setText("\u2715")

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

    def _summarize(self) -> None:
        text = summary(self.form.configClass(), self.form.data())
        self.summary.setText(text)
        self.summary.setToolTip(text)

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
