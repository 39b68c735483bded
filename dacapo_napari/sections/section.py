"""A part of the dock that folds to one line saying what it holds."""

from __future__ import annotations

from enum import StrEnum

from qtpy.QtCore import Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from dacapo_napari.forms import FoldButton
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["ElidedLabel", "Section", "SectionState"]

_INDENT = 18


class SectionState(StrEnum):
    """Whether a section has what it needs."""

    TO_DO = "to do"
    READY = "ready"
    DOUBT = "ready, but look at something in it"
    PROBLEM = "problem"


_MARKS = {
    SectionState.TO_DO: "○",
    SectionState.READY: "●",
    SectionState.DOUBT: "⚠",
    SectionState.PROBLEM: "!",
}


class ElidedLabel(QLabel):
    """A line of text that gives way: it is cut off with dots, and whole in the tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str | None) -> None:
        """Show as much of `text` as there is room for."""
        self._whole = text or ""
        self.setToolTip(text)
        self._elide()

    def whole_text(self) -> str:
        """The text without dots."""
        return self._whole

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        width = max(0, self.width() - 2)
        text = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, width)
        super().setText(text)


class Section(QWidget):
    """A title with a mark and a summary, and content below that can be folded away.

    Parameters
    ----------
    title
        What the section is about, in one or two words.
    name
        Prefix of its object names: the title's button is ``<name>.section``.
    """

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = QLabel(self)
        self._mark.setFixedWidth(14)
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._button = FoldButton(title, self)
        self._button.setObjectName(f"{name}.section")
        self._button.setToolTip("Shows or hides what belongs to it.")
        font = self._button.font()
        font.setBold(True)
        self._button.setFont(font)
        self._summary = ElidedLabel(self)
        self._summary.setObjectName(f"{name}.summary")
        self._summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._colours: ThemeColours | None = None
        self._state = SectionState.TO_DO
        self.content = QWidget(self)
        self._arrange()
        self._button.toggled.connect(self.content.setVisible)
        self.content.setVisible(False)
        self.set_state(SectionState.TO_DO)

    @property
    def state(self) -> SectionState:
        """Whether it has what it needs."""
        return self._state

    def set_state(self, state: SectionState, summary: str | None = None) -> None:
        """Change the mark, and the line that stands for the content."""
        self._state = state
        self._mark.setText(_MARKS[state])
        self._mark.setToolTip(state.value)
        if summary is not None:
            self._summary.setText(summary)
        self._colour_mark()

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self._colours = colours
        self._colour_mark()

    def is_unfolded(self) -> bool:
        """Whether the content shows."""
        return bool(self._button.isChecked())

    def set_unfolded(self, unfolded: bool) -> None:
        """Show or hide the content."""
        self._button.setChecked(unfolded)

    def _colour_mark(self) -> None:
        if self._colours is None:
            return
        colour = {
            SectionState.TO_DO: self._colours.text,
            SectionState.READY: self._colours.green,
            SectionState.DOUBT: self._colours.amber,
            SectionState.PROBLEM: self._colours.red,
        }[self._state]
        self._mark.setStyleSheet(f"color: {colour}; font-weight: bold;")

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(2)
        head.addWidget(self._mark)
        head.addWidget(self._button)
        head.addWidget(self._summary, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        self.content.setContentsMargins(_INDENT, 0, 0, 6)
        layout.addWidget(self.content)
