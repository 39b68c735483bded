"""What the labels of one volume mean: asked where it cannot be seen, kept with their layer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.setup.box_text import boxes_in, boxes_text, parse_boxes
from dacapo_engine.setup.boxes import overlap
from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning, ZeroMeaning
from dacapo_napari.dock.data.piece_numbering import PieceNumbering
from dacapo_napari.run_updates import Failed
from dacapo_napari.sections.data.boxes_panel import BoxesPanel
from dacapo_napari.sections.data.pieces_question import PiecesQuestion
from dacapo_napari.sections.data.zero_rows import ZeroRows
from dacapo_napari.theme_colours import ThemeColours
from dacapo_napari.volumes.label_counter import LabelCounter
from dacapo_napari.volumes.label_look import LabelLook, share_words, unmarked_words
from dacapo_napari.volumes.label_notes import LabelNotes, notes_of, read_notes, toggled, write_notes
from dacapo_napari.volumes.labels_watch import LabelsWatch
from dacapo_napari.volumes.layer_volume import LayerVolume, layer_volume

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels

__all__ = ["LabelMeaningPanel"]

_NOTHING_DONE = "Nothing is marked as done: the network learns no background."


class LabelMeaningPanel(QWidget):
    """What 0 is, which slices are done, whether ids are objects, and boxes, for one volume.

    Signals
    -------
    said(LabelMeaning)
        The labels mean something else now.
    numbered(Labels)
        A new layer whose pieces have numbers; it is in the viewer.
    asked()
        There is a question about the labels that was not there before.
    failed(Failed)
        The labels could not be read.
    """

    said = Signal(object)
    numbered = Signal(object)
    asked = Signal()
    failed = Signal(object)

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: LayerVolume | None = None
        self._layer: Labels | None = None
        self._notes = LabelNotes()
        self._look: LabelLook | None = None
        self._told = BACKGROUND_EVERYWHERE
        self._has_asked = False
        self.pieces = PiecesQuestion(self)
        self.zero = ZeroRows(self)
        self.boxes = BoxesPanel(viewer, self)
        self._watch = LabelsWatch(viewer, self)
        self._counter = LabelCounter(self._asked, self)
        self._numbering = PieceNumbering(viewer, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.pieces, self.zero, self.boxes):
            column.addWidget(part)
        self._connect()
        self.setVisible(False)

    def show_labels(
        self,
        labels: LayerVolume | None,
        layer: Labels | None = None,
        meaning: LabelMeaning = BACKGROUND_EVERYWHERE,
    ) -> None:
        """Show what the labels of another volume mean; tells nobody what was known already.

        Parameters
        ----------
        labels
            None where no labels are chosen.
        layer
            Where they are a layer: what is said stays with it.
        meaning
            What was said of labels that are none.
        """
        if self._shows(labels, layer):
            return
        self._labels, self._layer, self._look = labels, layer, None
        self._told = meaning
        self._has_asked = False
        self._notes = notes_of(meaning) if layer is None else read_notes(layer)
        self.setVisible(labels is not None)
        self.zero.fold()
        self.pieces.show_pieces("", None, None)
        self.boxes.show_labels(layer, () if labels is None else labels.axes)
        if labels is not None and layer is None:
            self.zero.show_typed(boxes_text(self._notes.done, labels.axes, labels.shape))
        self.zero.let_type(layer is None)
        self._watch.watch(layer)
        self._refresh()
        self._counter.count()

    def _shows(self, labels: LayerVolume | None, layer: Labels | None) -> bool:
        old = self._labels
        if labels is None or old is None or layer is not self._layer:
            return labels is None and old is None
        same = labels.data is old.data or labels.file is not None
        return same and (labels.name, labels.axes) == (old.name, old.axes)

    def meaning(self) -> LabelMeaning:
        """What is said of the labels, and what they seem to mean where nothing is said."""
        seems: ZeroMeaning = "background" if self._look is None else self._look.zero
        if self._look is None and self._notes.zero is None:
            seems = "background_where_done" if self._notes.done else self._told.zero
        return LabelMeaning(
            zero=self._notes.zero or seems,
            done=(*self._notes.done, *self.boxes.boxes("done")),
            kinds=bool(self._notes.kinds),
            train=self.boxes.boxes("train"),
            validate=self.boxes.boxes("validate"),
        )

    def is_counting(self) -> bool:
        """Whether labels are being counted, or will be in a moment."""
        return self._counter.is_counting()

    def mark_slice(self) -> None:
        """Mark the slice in view as done, or no more where it was."""
        box = self._watch.slice_in_view()
        if box is not None and self._labels is not None:
            self._note(toggled(self._notes, box, self._labels.shape))

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        for part in (self.pieces, self.zero, self.boxes):
            part.set_theme(colours)

    def close_down(self) -> None:
        """Let go of the layers; nobody wants what is being counted."""
        self._counter.stop()
        self.boxes.close_down()
        self.let_go()

    def let_go(self) -> None:
        """The same where the widgets are gone already."""
        self._watch.let_go()
        self.boxes.let_go()
        self._counter.let_go()
        self._numbering.let_go()

    def _note(self, notes: LabelNotes) -> None:
        self._notes = notes
        if self._layer is not None:
            write_notes(self._layer, notes)
        self._refresh()
        self._tell()
        self._counter.count()

    def _tell(self) -> None:
        meaning = self.meaning()
        if self._labels is not None and meaning != self._told:
            self._told = meaning
            self.said.emit(meaning)

    def _ask(self) -> None:
        look, notes = self._look, self._notes
        if look is None:
            return
        zero = not look.sure and notes.zero is None and not self.meaning().done
        pieces = look.pieces is not None and look.pieces.is_doubtful and notes.kinds is None
        if (zero or pieces) and not self._has_asked:
            self._has_asked = True
            self.asked.emit()

    def _refresh(self) -> None:
        if self._labels is None:
            return
        meaning, look = self.meaning(), self._look
        sure = look is None or look.sure or self._notes.zero is not None or bool(meaning.done)
        self.zero.show_zero(meaning.zero, ask=not sure)
        pieces = None if look is None else look.pieces
        self.pieces.show_pieces(self._labels.name, pieces, self._notes.kinds)
        self._show_done(meaning, look)
        self._on_slice()

    def _show_done(self, meaning: LabelMeaning, look: LabelLook | None) -> None:
        words = "" if look is None else share_words(look.census, meaning)
        unmarked = () if look is None else look.census.unmarked
        doubt = unmarked_words(unmarked) if meaning.done else _NOTHING_DONE
        self.zero.show_done(words, doubt, unmarked=bool(unmarked))

    def _is_marked(self) -> bool:
        box = self._watch.slice_in_view()
        return box is not None and any(overlap(box, one) == box for one in self._notes.done)

    def _asked(self) -> tuple[LayerVolume, LabelMeaning, bool] | None:
        if self._labels is None:
            return None
        return self._labels, self.meaning(), self._notes.zero is not None

    def _on_counted(self, look: LabelLook) -> None:
        if self._labels is None or look.labels is not self._labels.data:
            self._counter.count()
            return
        self._look = look
        self._refresh()
        self._tell()
        self._ask()

    def _on_replaced(self) -> None:
        if self._layer is None or self._labels is None:
            return
        try:
            self._labels = layer_volume(self._layer, self._labels.axes)
        except DataError as error:
            self.failed.emit(Failed.of(error))
            return
        self._counter.count_soon()

    def _on_slice(self) -> None:
        if self._labels is None:
            return
        seen = self._watch.slice_in_view()
        self.zero.set_drawable(seen is not None, self._layer is not None)
        self.zero.show_marked(self._is_marked())

    def _on_zero(self, zero: ZeroMeaning) -> None:
        self._note(replace(self._notes, zero=zero))
        self.zero.fold()

    def _on_unmarked(self) -> None:
        if self._look is None or self._labels is None:
            return
        notes, rest = self._notes, self._labels.shape[1:]
        for number in self._look.census.unmarked:
            box = (number, *(0 for _ in rest)), (1, *rest)
            notes = toggled(notes, box, self._labels.shape)
        self._note(notes)

    def _on_kinds(self, kinds: bool) -> None:
        self._note(replace(self._notes, kinds=kinds))

    def _on_box_wanted(self) -> None:
        """A box to be marked as done is drawn in the slice in view."""
        seen = self._watch.slice_in_view()
        if seen is not None and len(seen[0]) > 2 and seen[1][-3] == 1:
            self.boxes.draw("done", seen[0][-3], seen[0][-3])
        else:
            self.boxes.draw("done")

    def _on_boxes(self) -> None:
        self._refresh()
        self._tell()
        self._counter.count()

    def _on_number(self) -> None:
        if self._labels is not None:
            self._numbering.begin(self._labels, self._layer)

    def _on_typed(self, text: str) -> None:
        if self._labels is None:
            return
        axes, shape = self._labels.axes, self._labels.shape
        try:
            done = boxes_in(parse_boxes(text), axes, shape) if text.strip() else []
        except ConfigError as error:
            self.zero.set_error(f"{error.message} {error.hint}".strip())
            return
        self.zero.set_error("")
        self._note(replace(self._notes, done=tuple(done)))

    def _connect(self) -> None:
        self._watch.painted.connect(self._counter.count_soon)
        self._watch.replaced.connect(self._on_replaced)
        self._watch.slice_changed.connect(self._on_slice)
        self._watch.marked.connect(self.mark_slice)
        self._counter.counted.connect(self._on_counted)
        self._counter.failed.connect(self.failed)
        self._numbering.busy.connect(self.pieces.show_numbering)
        self._numbering.numbered.connect(self.numbered)
        self._numbering.failed.connect(self.failed)
        self.zero.done_typed.connect(self._on_typed)
        self.zero.zero_chosen.connect(self._on_zero)
        self.zero.slice_wanted.connect(self.mark_slice)
        self.zero.box_wanted.connect(self._on_box_wanted)
        self.zero.unmarked_wanted.connect(self._on_unmarked)
        self.pieces.numbers_wanted.connect(self._on_number)
        self.pieces.kinds_chosen.connect(self._on_kinds)
        self.boxes.changed.connect(self._on_boxes)
