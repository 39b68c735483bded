"""What is held back to be scored on, and boxes that somebody draws to train or be scored on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dacapo_engine.experiments.architectures.architecture_config import ArchitectureConfig
from dacapo_engine.setup.boxes import Box, clip_box
from dacapo_engine.setup.network_context import network_context
from dacapo_napari.layers.boxes_layer import BoxesLayer, BoxKind, DrawnBox, with_box
from dacapo_napari.sections.data.box_row import BoxRow
from dacapo_napari.sections.data.leak_row import LeakRow
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.sections.narrow_form import NarrowForm
from dacapo_napari.theme_colours import ThemeColours

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels, Shapes

__all__ = ["BoxesPanel"]


class BoxesPanel(NarrowForm):
    """Lists the boxes of one labels layer, and says where they leak into each other.

    Signals
    -------
    changed()
        A box was drawn, moved, changed or removed.
    """

    changed = Signal()

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._boxes: BoxesLayer | None = None
        self._shape: tuple[int, ...] = ()
        self._axes: tuple[str, ...] = ()
        self._architecture: ArchitectureConfig | None = None
        self._automatic: tuple[Box, ...] = ()
        self._seen: list[DrawnBox] = []
        self._rows: list[BoxRow] = []
        self._watched: Shapes | None = None
        self.held_back = FactLabel("data.held_back", self)
        self.show_held = QPushButton("Show", self)
        self.draw_train = QPushButton("+ Training box", self)
        self.draw_validate = QPushButton("+ Validation box", self)
        self.leak = LeakRow(self)
        self._list = QVBoxLayout()
        self._name_widgets()
        self._held_row = self._held()
        self._boxes_row = self._arranged()
        self.add_row("Held back", self._held_row)
        self.add_row("Boxes", self._boxes_row)
        self.form.setRowVisible(self._held_row, False)
        # napari tells of a new rectangle before its features are there, and of each step of a drag.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(60)
        self._timer.timeout.connect(self.refresh)
        self._connect()

    def show_labels(self, layer: Labels | None, axes: Sequence[str] = ()) -> None:
        """Show the boxes of a labels layer; of labels in a file none can be drawn."""
        self._watch(None)
        self._boxes = None if layer is None else BoxesLayer(self._viewer, layer)
        self._shape = () if layer is None else tuple(int(n) for n in layer.data.shape)
        self._axes = tuple(axes)
        self._watch_boxes()
        self.form.setRowVisible(self._boxes_row, layer is not None)
        self._show_rows()

    def boxes(self, kind: BoxKind) -> tuple[Box, ...]:
        """The boxes of a kind, in voxels of the labels; what lies beyond them is cut off."""
        drawn = [one.box(self._shape) for one in self._seen if one.kind == kind]
        inside = (clip_box(box, self._shape) or box for box in drawn)
        return tuple(inside)

    def draw(self, kind: BoxKind, first: int | None = None, last: int | None = None) -> None:
        """Let the user draw a box of this kind, in all slices unless some are given."""
        if self._boxes is not None:
            deepest = self._boxes.depth - 1
            self._boxes.draw(kind, first or 0, deepest if last is None else last)
            self._watch_boxes()

    def show_split(
        self,
        words: str,
        boxes: Sequence[Box],
        architecture: ArchitectureConfig | None,
        *,
        optimistic: bool = False,
    ) -> None:
        """State what is held back.

        Parameters
        ----------
        words
            A sentence; empty while nothing is known.
        boxes
            What is held back by itself, so that it can be shown; none where it was drawn.
        architecture
            The network, which decides how far apart boxes must lie.
        optimistic
            Whether scores are those of data that is trained on.
        """
        fact = words.removeprefix("Held back to be scored on: ").rstrip(".")
        doubt = "nothing, so that scores are optimistic: those of what is trained on"
        self.held_back.set_fact("" if optimistic else fact, doubt if optimistic else "")
        self._architecture = architecture
        self._automatic = tuple(boxes)
        self.form.setRowVisible(self._held_row, bool(words))
        drawn = any(one.kind != "done" for one in self._seen)
        self.show_held.setVisible(bool(boxes) and self._boxes is not None and not drawn)
        self._show_leak()

    def refresh(self) -> None:
        """Look at the rectangles again."""
        if self._boxes is None:
            return
        if self._boxes.find_again():
            self._watch_boxes()
        if self._boxes.boxes() != self._seen:
            self._boxes.dress()
            self._show_rows()
            self.changed.emit()

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self.held_back.set_theme(colours)
        self.leak.set_theme(colours)

    def close_down(self) -> None:
        """Let go of the layer."""
        self._timer.stop()
        self.let_go()

    def let_go(self) -> None:
        """The same where the widgets are gone already."""
        self._watch(None)
        for event in self._list_events():
            event.disconnect(self._on_layer_changed)

    def _watch_boxes(self) -> None:
        self._watch(None if self._boxes is None else self._boxes.layer)

    def _watch(self, layer: Shapes | None) -> None:
        """Listen to a layer of boxes, and to no other one."""
        if self._watched is not None:
            for event in _events(self._watched):
                event.disconnect(self._on_layer_changed)
        self._watched = layer
        if layer is not None:
            for event in _events(layer):
                event.connect(self._on_layer_changed)

    def _on_layer_changed(self, event: object = None) -> None:
        self._timer.start()

    def _show_rows(self) -> None:
        self._seen = [] if self._boxes is None else self._boxes.boxes()
        depth = 1 if self._boxes is None else self._boxes.depth
        while len(self._rows) > len(self._seen):
            row = self._rows.pop()
            row.setParent(None)
            row.deleteLater()
        while len(self._rows) < len(self._seen):
            self._add_row(depth)
        for row, drawn in zip(self._rows, self._seen, strict=True):
            row.show_box(drawn)
        self._show_leak()

    def _add_row(self, depth: int) -> None:
        number = len(self._rows)
        row = BoxRow(number, depth, self)
        row.changed.connect(lambda drawn: self._change(number, drawn))
        row.removed.connect(lambda: self._remove(number))
        self._rows.append(row)
        self._list.addWidget(row)

    def _change(self, number: int, drawn: DrawnBox) -> None:
        if self._boxes is not None:
            self._boxes.change(number, drawn)
            self.refresh()

    def _remove(self, number: int) -> None:
        if self._boxes is not None:
            self._boxes.remove(number)
            self.refresh()

    def _show_leak(self) -> None:
        network = self._architecture
        context = None if network is None else network_context(network, len(self._shape))
        self.leak.show_boxes(self.boxes("train"), self.boxes("validate"), context, self._axes)

    def _on_part(self) -> None:
        numbers = [n for n, one in enumerate(self._seen) if one.kind == "validate"]
        # Every two boxes may have to be parted, once.
        for _ in range(len(numbers) * len(self._seen)):
            parted = self.leak.parted()
            if self._boxes is None or parted is None:
                return
            number, box = numbers[parted[0]], parted[1]
            self._boxes.change(number, with_box(self._seen[number], box))
            self.refresh()

    def _on_show_held(self) -> None:
        if self._boxes is None:
            return
        depth = self._boxes.depth
        for box in self._automatic:
            self._boxes.add(with_box(DrawnBox("validate", (0, 0), (1, 1), 0, depth - 1), box))
        self._watch_boxes()
        self.refresh()

    def _list_events(self) -> tuple[Any, ...]:
        """The layer of boxes may be removed, and come back."""
        events = self._viewer.layers.events
        return events.inserted, events.removed

    def _connect(self) -> None:
        for event in self._list_events():
            event.connect(self._on_layer_changed)
        self.draw_train.clicked.connect(lambda: self.draw("train"))
        self.draw_validate.clicked.connect(lambda: self.draw("validate"))
        self.show_held.clicked.connect(self._on_show_held)
        self.leak.part.clicked.connect(self._on_part)

    def _held(self) -> QWidget:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.held_back, 1)
        line.addWidget(self.show_held)
        return row

    def _arranged(self) -> QWidget:
        row = QWidget(self)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(4)
        for button in (self.draw_train, self.draw_validate):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(buttons)
        column.addLayout(self._list)
        column.addWidget(self.leak)
        return row

    def _name_widgets(self) -> None:
        for button, name, tip in (
            (self.show_held, "data.held_back.show", "Draw it as a box that can be moved."),
            (
                self.draw_train,
                "data.boxes.train",
                "Draw a rectangle in the viewer: only labels in it are trained on. It goes through "
                "all slices; say below through which.",
            ),
            (
                self.draw_validate,
                "data.boxes.validate",
                "Draw a rectangle in the viewer: labels in it are held back, and the run is scored "
                "on them.",
            ),
        ):
            button.setObjectName(name)
            button.setToolTip(tip)


def _events(layer: Shapes) -> tuple[Any, ...]:
    return layer.events.data, layer.events.features
