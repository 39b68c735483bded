"""What 0 means in labels, and what of them is done."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from dacapo_engine.setup.label_meaning import ZeroMeaning
from dacapo_napari.forms import ErrorLine
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.sections.narrow_form import NarrowForm
from dacapo_napari.theme_colours import ThemeColours
from dacapo_napari.volumes.slice_marks import DONE_KEY

__all__ = ["ZeroRows"]

_CHOICES: dict[ZeroMeaning, str] = {
    "background_where_done": "background where done",
    "background": "background everywhere",
    "unknown": "unknown",
}
_MEANS: dict[ZeroMeaning, str] = {
    "background_where_done": "background where done, unknown elsewhere",
    "background": "background everywhere",
    "unknown": "unknown: only objects count",
}
_QUESTION = "Objects are in a part of the labels only. What is 0?"

_TIPS: dict[ZeroMeaning, str] = {
    "background_where_done": "For labels that are not finished: 0 is background in slices and "
    "boxes that you mark as done. Beyond them only what is painted is learnt from.",
    "background": "For labels that are finished: whatever is not painted is no object.",
    "unknown": "Only what is painted is learnt from; nobody looked at the rest.",
}


class ZeroRows(NarrowForm):
    """Three choices behind a line that states the one that counts, and the slices that are done.

    Signals
    -------
    zero_chosen(str)
        What 0 means was said.
    slice_wanted(), box_wanted()
        The slice in view, or a box that is to be drawn, is done.
    unmarked_wanted()
        All slices that hold labels are done.
    done_typed(str)
        What is done was typed, since the labels are in a file.
    """

    zero_chosen = Signal(str)
    slice_wanted = Signal()
    box_wanted = Signal()
    unmarked_wanted = Signal()
    done_typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.zero = FactLabel("data.zero", self)
        self.change = QPushButton("Change", self)
        self.done = FactLabel("data.done", self)
        self.add_slice = QPushButton("+ This slice", self)
        self.add_box = QPushButton("+ Box", self)
        self.mark_all = QPushButton("Mark them", self)
        self.typed = QLineEdit(self)
        self.note = FactLabel("data.done.note", self)
        self._error = ErrorLine(self)
        self._choices = QButtonGroup(self)
        self._buttons: dict[ZeroMeaning, QRadioButton] = {}
        self._asks = False
        self._radios = self._make_radios()
        self._name_widgets()
        self._zero_row = self._row(self.zero, self.change, self._radios)
        self._done_row = self._done()
        self.add_row("0 is", self._zero_row)
        self.add_row("Done", self._done_row)
        self._connect()

    def show_zero(self, zero: ZeroMeaning, ask: bool) -> None:
        """State what 0 means; with `ask` the choices are open, since it is only a guess."""
        self._buttons[zero].setChecked(True)
        self.zero.set_fact("" if ask else _MEANS[zero], _QUESTION if ask else "")
        self.change.setVisible(not ask)
        if ask or self._asks:
            self.change.setChecked(ask)
        self._asks = ask
        self.form.setRowVisible(self._done_row, zero == "background_where_done")

    def fold(self) -> None:
        """Close the choices."""
        self.change.setChecked(False)

    def show_done(self, words: str, doubt: str, *, unmarked: bool) -> None:
        """State what is done, what is doubtful about it, and whether slices may be forgotten."""
        self.done.set_fact(words, doubt)
        self.mark_all.setVisible(unmarked)

    def show_marked(self, marked_now: bool) -> None:
        """Whether the slice in view is marked."""
        self.add_slice.setText("- This slice" if marked_now else "+ This slice")

    def set_drawable(self, slices: bool, boxes: bool) -> None:
        """Whether a slice is in view that can be marked, and whether boxes can be drawn."""
        self.add_slice.setEnabled(slices)
        self.add_box.setEnabled(boxes)

    def let_type(self, typing: bool) -> None:
        """Whether what is done is typed, and not marked in the viewer."""
        self.typed.setVisible(typing)
        self.add_slice.setVisible(not typing)
        self.add_box.setVisible(not typing)
        self._error.setText("")

    def show_typed(self, text: str) -> None:
        """Show what was typed."""
        self.typed.setText(text)

    def set_error(self, sentence: str) -> None:
        """Say what is wrong with what was typed."""
        self._error.setText(sentence)

    def show_note(self, words: str) -> None:
        """Say what follows for the training; nothing takes no room."""
        self.note.set_fact(words)

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self.zero.set_theme(colours)
        self.done.set_theme(colours)

    def _make_radios(self) -> QWidget:
        radios = QWidget(self)
        column = QVBoxLayout(radios)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(2)
        for number, (zero, words) in enumerate(_CHOICES.items()):
            button = QRadioButton(words, radios)
            button.setObjectName(f"data.zero.{zero}")
            button.setToolTip(_TIPS[zero])
            self._choices.addButton(button, number)
            self._buttons[zero] = button
            column.addWidget(button)
        radios.setVisible(False)
        return radios

    def _row(self, label: QWidget, button: QWidget, below: QWidget) -> QWidget:
        row = QWidget(self)
        head = QHBoxLayout()
        head.addWidget(label, 1)
        head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(below)
        return row

    def _done(self) -> QWidget:
        buttons = QWidget(self)
        line = QHBoxLayout(buttons)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for button in (self.add_slice, self.add_box, self.mark_all):
            line.addWidget(button)
        line.addStretch(1)
        row = QWidget(self)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(2)
        for part in (self.done, self.typed, self._error, buttons, self.note):
            column.addWidget(part)
        return row

    def _connect(self) -> None:
        self.change.toggled.connect(self._radios.setVisible)
        self._choices.idClicked.connect(self._on_clicked)
        self.typed.editingFinished.connect(lambda: self.done_typed.emit(self.typed.text()))
        self.add_slice.clicked.connect(self.slice_wanted)
        self.add_box.clicked.connect(self.box_wanted)
        self.mark_all.clicked.connect(self.unmarked_wanted)

    def _on_clicked(self, number: int) -> None:
        self.zero_chosen.emit(list(_CHOICES)[number])

    def _name_widgets(self) -> None:
        self.change.setCheckable(True)
        self.typed.setObjectName("data.done.typed")
        self.typed.setPlaceholderText("z=10, z=20:25")
        self.typed.setToolTip(
            "Slices and boxes in which everything is painted: z=10 is a slice, z=20:25 are slices "
            "20 to 24, z=0:40 y=100:200 is a box."
        )
        self._error.setObjectName("data.done.error")
        self.note.setVisible(False)
        key = DONE_KEY.replace("-", "+")
        for button, name, tip in (
            (self.change, "data.zero.change", "Say what 0 means in these labels."),
            (
                self.add_slice,
                "data.done.slice",
                f"Everything in the slice in view is painted; or {key} in the viewer. Again: it is "
                "not.",
            ),
            (self.add_box, "data.done.box", "Draw a box in which everything is painted."),
            (self.mark_all, "data.done.unmarked", "Everything in these slices is painted."),
        ):
            button.setObjectName(name)
            button.setToolTip(tip)
