"""A line that states a fact, in amber where the fact is a guess."""

from __future__ import annotations

import html

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import QLabel, QSizePolicy, QWidget

from dacapo_napari.theme_colours import ThemeColours

__all__ = ["FactLabel"]

# Of two lines, the first is beside the title of the row.
_FIRST_LINE = 2


class FactLabel(QLabel):
    """Text that wraps; a doubtful fact begins with a sign and is amber."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setContentsMargins(0, _FIRST_LINE, 0, 0)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._fact, self._doubt = "", ""
        self._amber = ""

    def sizeHint(self) -> QSize:
        """As high as the text is at this width; Qt alone thinks of a narrow column."""
        hint = super().sizeHint()
        return QSize(hint.width(), min(hint.height(), self.heightForWidth(self.width())))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Another width may take another height."""
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def fact(self) -> str:
        """The plain text."""
        return " ".join(part for part in (self._fact, self._doubt) if part)

    def set_fact(self, fact: str, doubt: str = "") -> None:
        """State `fact`, and what is doubtful about it."""
        self._fact, self._doubt = fact, doubt
        parts = [html.escape(fact)] if fact else []
        if doubt:
            style = f' style="color: {self._amber}"' if self._amber else ""
            parts.append(f"<span{style}>⚠ {html.escape(doubt)}</span>")
        self.setText("<br>".join(parts))
        self.setVisible(bool(parts))

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self._amber = colours.amber
        self.set_fact(self._fact, self._doubt)
