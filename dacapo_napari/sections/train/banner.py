"""The line that stays when something went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dacapo_napari.theme_colours import ThemeColours

__all__ = ["Banner", "Fix"]

_MOST_LETTERS = 320


@dataclass(frozen=True)
class Fix:
    """A way out, as a button.

    Attributes
    ----------
    text
        A verb and what it does, in a few words.
    callback
        Does it.
    tooltip
        What will change, in a sentence.
    """

    text: str
    callback: Callable[[], None]
    tooltip: str = ""


class Banner(QFrame):
    """One sentence, what to do about it, and buttons that do it; hidden when there is nothing.

    Parameters
    ----------
    name
        Object name of the label that holds the text; ``<name>.fix``, ``<name>.copy`` and
        ``<name>.log`` are its buttons.

    Signals
    -------
    copy_wanted()
        What it says was copied, and more may be added by who knows more.
    log_wanted()
        The user wants to read the log.
    """

    copy_wanted = Signal()
    log_wanted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._whole = ""
        self._fixes: list[QPushButton] = []
        self.setObjectName(f"{name}.banner")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._label = QLabel("", self)
        self._label.setObjectName(name)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sign = QLabel("!", self)
        self._sign.setFixedWidth(12)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._copy = self._tool("Copy", "copy", "Copies what went wrong, to send it to somebody.")
        self._log = self._tool("Log", "log", "Opens what the engine has written.")
        self._copy.clicked.connect(self._on_copy)
        self._log.clicked.connect(self.log_wanted)
        self._lay_out()
        self.set_log(False)
        self.hide()

    def text(self) -> str:
        """What it says, empty while there is nothing wrong."""
        return str(self._label.text())

    def whole_text(self) -> str:
        """What it was told to say, however long that is."""
        return self._whole

    def setText(self, text: str) -> None:
        """Say something, or nothing; what is longer than a few lines is whole in the tooltip."""
        self._whole = text
        first = text.strip().splitlines()[0].strip() if text.strip() else ""
        short = first if len(first) <= _MOST_LETTERS else first[: _MOST_LETTERS - 1] + "…"
        self._label.setText(short)
        self._label.setToolTip(text if short != text else "")
        self.set_fixes(())
        self.set_log(False)
        self.setVisible(bool(text))

    def set_fixes(self, fixes: Sequence[Fix]) -> None:
        """Offer these ways out instead of those before."""
        for button in self._fixes:
            self._buttons.removeWidget(button)
            button.hide()
            # It may be the one that is pressed, and lives on until that is over.
            button.setObjectName("")
            button.deleteLater()
        self._fixes = [self._fix_button(fix, number) for number, fix in enumerate(fixes)]
        for number, button in enumerate(self._fixes):
            self._buttons.insertWidget(number, button)
        for one, other in pairwise((*self._fixes, self._copy, self._log)):
            self.setTabOrder(one, other)

    def set_log(self, there: bool) -> None:
        """Whether there is a log to open."""
        self._log.setVisible(there)

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self._sign.setStyleSheet(f"color: {colours.red}; font-weight: bold;")
        self._label.setStyleSheet(f"color: {colours.red};")

    def _tool(self, text: str, name: str, tooltip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setObjectName(f"{self._name}.{name}")
        button.setToolTip(tooltip)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _fix_button(self, fix: Fix, number: int) -> QPushButton:
        button = QPushButton(fix.text, self)
        button.setObjectName(f"{self._name}.fix" if number == 0 else f"{self._name}.fix.{number}")
        button.setToolTip(fix.tooltip)
        button.clicked.connect(lambda: fix.callback())
        return button

    def _lay_out(self) -> None:
        words = QHBoxLayout()
        words.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        words.addWidget(self._label, 1)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        self._buttons.addWidget(self._copy)
        self._buttons.addWidget(self._log)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addLayout(words)
        layout.addLayout(self._buttons)

    def _on_copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._whole)
        self.copy_wanted.emit()
