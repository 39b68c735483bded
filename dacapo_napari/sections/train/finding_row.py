"""One answer of a check: a mark, what it is about, a sentence, and a button that helps."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from dacapo_engine.checks.finding import Finding
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["LEVEL_WORDS", "FindingRow"]

LEVEL_WORDS = {"green": "fine", "amber": "worth a look", "red": "stops Start"}
_MARKS = {"green": "●", "amber": "⚠", "red": "!"}
_NAME_WIDTH = 62


class FindingRow(QWidget):
    """A finding and its fix.

    Parameters
    ----------
    fix
        Called with the finding when its button is pressed.
    """

    def __init__(
        self, finding: Finding, fix: Callable[[Finding], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._finding = finding
        self._fix = fix
        self.setObjectName(f"check.row.{finding.name}")
        self._mark = QLabel(_MARKS[finding.level], self)
        self._mark.setToolTip(LEVEL_WORDS[finding.level])
        self._mark.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._mark.setFixedWidth(14)
        name = QLabel(finding.name.capitalize(), self)
        name.setMinimumWidth(_NAME_WIDTH)
        name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._words = QLabel(self._text(), self)
        self._words.setObjectName(f"check.words.{finding.name}")
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(4)
        layout.setVerticalSpacing(2)
        layout.addWidget(self._mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(name, 0, 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words, 0, 2)
        layout.setColumnStretch(2, 1)
        if finding.fix is not None:
            layout.addWidget(self._button(), 1, 2, Qt.AlignmentFlag.AlignLeft)

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        colour = {"green": colours.green, "amber": colours.amber, "red": colours.red}
        self._mark.setStyleSheet(f"color: {colour[self._finding.level]}; font-weight: bold;")

    def _text(self) -> str:
        finding = self._finding
        text = " ".join(part for part in (finding.sentence, finding.hint) if part)
        return text.replace(" x ", "\u00a0x\u00a0")

    def _button(self) -> QPushButton:
        button = QPushButton(self._finding.button, self)
        button.setObjectName(f"check.fix.{self._finding.name}")
        button.setToolTip(self._finding.hint)
        button.clicked.connect(self._on_clicked)
        return button

    def _on_clicked(self) -> None:
        self._fix(self._finding)
