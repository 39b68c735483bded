"""A line that unfolds what is below it."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

__all__ = ["Fold", "FoldButton"]


class FoldButton(QToolButton):
    """An arrow and a title; checked while unfolded."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.toggled.connect(self._turn)
        self._turn(False)

    def _turn(self, unfolded: bool) -> None:
        self.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)


class Fold(QWidget):
    """A title that folds its content away.

    Unlike superqt's ``QCollapsible`` it leaves the height of its content to the layout, so that
    folds inside folds are never cut off, and it sets no style sheet.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._button = FoldButton(title, self)
        self._content = content
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._button)
        layout.addWidget(content)
        content.setVisible(False)
        self._button.toggled.connect(content.setVisible)
        self._button.toggled.connect(self.toggled)

    def button(self) -> FoldButton:
        """The line that is clicked."""
        return self._button

    def content(self) -> QWidget:
        """What is folded away."""
        return self._content

    def isUnfolded(self) -> bool:
        """Whether the content shows."""
        return bool(self._button.isChecked())

    def setUnfolded(self, unfolded: bool) -> None:
        """Show or hide the content."""
        self._button.setChecked(unfolded)
