"""A question below the table of runs: a sentence and a button for each answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qtpy.QtCore import Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

__all__ = ["RunsQuestion"]

Answer = tuple[str, Callable[[], None] | None]


class RunsQuestion(QFrame):
    """Asks without keeping the window from being used; Escape is the last answer.

    Buttons are called ``runs.question.0``, ``runs.question.1`` and so on.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._words = QLabel("", self)
        self._words.setObjectName("runs.question")
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._buttons: list[QPushButton] = []
        self._answers: list[Answer] = []
        self._line = QHBoxLayout()
        self._line.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._words)
        layout.addLayout(self._line)
        self.hide()

    def text(self) -> str:
        """What is asked, empty while nothing is."""
        return "" if self.isHidden() else str(self._words.text())

    def ask(self, words: str, answers: Sequence[Answer]) -> None:
        """Ask; the last answer is the one that changes nothing, and is ready to be pressed."""
        self.close_question()
        self._words.setText(words)
        self._answers = list(answers)
        for number, (label, _) in enumerate(answers):
            button = QPushButton(label, self)
            button.setObjectName(f"runs.question.{number}")
            button.clicked.connect(self._on_clicked)
            self._line.addWidget(button)
            self._buttons.append(button)
        self._line.addStretch(1)
        self.show()
        if self._buttons:
            self._buttons[-1].setFocus()

    def close_question(self) -> None:
        """Ask no longer."""
        self.hide()
        for button in self._buttons:
            button.deleteLater()
        self._buttons = []
        while self._line.count():
            self._line.takeAt(0)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape gives the last answer."""
        if event is not None and event.key() == Qt.Key.Key_Escape and self._buttons:
            self._buttons[-1].click()
            return
        super().keyPressEvent(event)

    def _on_clicked(self) -> None:
        pressed = self.sender()
        _, action = self._answers[next(n for n, b in enumerate(self._buttons) if b is pressed)]
        self.close_question()
        if action is not None:
            action()
