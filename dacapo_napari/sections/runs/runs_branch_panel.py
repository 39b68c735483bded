"""Chooses the weights of a run that a new one is to begin with."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dacapo_engine.store.checkpoints import Checkpoint
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.forms.leaf_editor import CalmComboBox

__all__ = ["RunsBranchPanel"]

_MOST_CRITERIA = 2


class RunsBranchPanel(QFrame):
    """Lists the weights that a run keeps.

    Signals
    -------
    chosen(RunFolder, int)
        The run and the iteration to begin with.
    """

    chosen = Signal(object, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._folder: RunFolder | None = None
        self._words = QLabel("", self)
        self._words.setWordWrap(True)
        self.iterations = CalmComboBox(self)
        self.iterations.setObjectName("runs.branch.iteration")
        self.iterations.setToolTip("The weights that are kept: the newest and the best ones.")
        self._begin = QPushButton("Fill in its settings", self)
        self._begin.setObjectName("runs.branch.begin")
        self._begin.setToolTip("Change what you like above, then press Start.")
        self._cancel = QPushButton("Cancel", self)
        self._cancel.setObjectName("runs.branch.cancel")
        self._cancel.setToolTip("Leaves everything as it is.")
        self._begin.clicked.connect(self._on_begin)
        self._cancel.clicked.connect(self.hide)
        self._lay_out()
        self.hide()

    def offer(self, folder: RunFolder, checkpoints: Sequence[Checkpoint]) -> None:
        """Let one of these be chosen."""
        self._folder = folder
        self.iterations.clear()
        for checkpoint in checkpoints:
            self.iterations.addItem(_words(checkpoint), checkpoint.iteration)
        some = bool(checkpoints)
        self._words.setText(
            f"Begin a new run with the weights of {folder.name} after iteration"
            if some
            else f"{folder.name} keeps no weights yet."
        )
        for widget in (self.iterations, self._begin):
            widget.setVisible(some)
        self.show()
        (self.iterations if some else self._cancel).setFocus()

    def _on_begin(self) -> None:
        iteration = self.iterations.currentData()
        if self._folder is not None and iteration is not None:
            self.hide()
            self.chosen.emit(self._folder, iteration)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self._begin)
        buttons.addWidget(self._cancel)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._words)
        layout.addWidget(self.iterations)
        layout.addLayout(buttons)


def _words(checkpoint: Checkpoint) -> str:
    """An iteration and what speaks for it: ``1,500 (best voi, newest)``."""
    names = [name.replace("_", " ") for name in checkpoint.best[:_MOST_CRITERIA]]
    reasons = [f"best {name}" for name in names] + ["newest"] * checkpoint.newest
    note = f" ({', '.join(reasons)})" if reasons else ""
    return f"{checkpoint.iteration:,}{note}"
