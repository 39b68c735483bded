"""Labels of few ids in many pieces: objects that were not numbered, or kinds of things."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dacapo_engine.setup.label_pieces import LabelPieces
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["PiecesQuestion"]


class PiecesQuestion(QWidget):
    """A sentence and two buttons; hidden while there is nothing to ask.

    Signals
    -------
    numbers_wanted()
        Every piece is an object.
    kinds_chosen(bool)
        Ids are kinds of things; False takes that back.
    """

    numbers_wanted = Signal()
    kinds_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = FactLabel("data.pieces", self)
        self.number = QPushButton("Number them", self)
        self.kinds = QPushButton("It is one kind of thing", self)
        self._is_kinds = False
        self.number.setObjectName("data.pieces.number")
        self.number.setToolTip(
            "Give every piece a number of its own, in a new layer; this one stays as it is."
        )
        self.kinds.setObjectName("data.pieces.kinds")
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.number)
        line.addWidget(self.kinds)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(4)
        column.addWidget(self.sentence)
        column.addLayout(line)
        self.number.clicked.connect(self.numbers_wanted)
        self.kinds.clicked.connect(self._on_kinds)
        self.setVisible(False)

    def show_pieces(self, name: str, pieces: LabelPieces | None, kinds: bool | None) -> None:
        """Ask about `pieces` of the labels called `name`, or say how it was answered."""
        doubtful = pieces is not None and pieces.is_doubtful
        self.setVisible(doubtful)
        if pieces is None or not doubtful:
            return
        one = pieces.num_ids == 1
        found = f"{name} has {'one value' if one else f'{pieces.num_ids} values'} in "
        found += f"{pieces.num_pieces:,} separate pieces"
        thing = "one kind of thing" if one else f"{pieces.num_ids} kinds of things"
        self._is_kinds = bool(kinds)
        if kinds:
            self.sentence.set_fact(f"{found}: {thing}.")
        else:
            question = f"number them, or {'is it' if one else 'are they'} {thing}?"
            self.sentence.set_fact("", f"{found}: {question}")
        self.kinds.setText(
            "They are objects" if kinds else f"{'It is' if one else 'They are'} {thing}"
        )
        self.kinds.setToolTip(
            "Find objects, one for each value."
            if kinds
            else "Find where such things are, and not which voxels belong to the same one."
        )
        self.number.setVisible(not kinds)

    def show_numbering(self, busy: bool) -> None:
        """Whether pieces are being numbered just now."""
        self.number.setEnabled(not busy)
        self.number.setText("Numbering…" if busy else "Number them")

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self.sentence.set_theme(colours)

    def _on_kinds(self) -> None:
        self.kinds_chosen.emit(not self._is_kinds)
