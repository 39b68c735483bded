"""Post-processing by hand: sliders, what came of them, and how good it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dacapo_napari.layers.segment_layers import is_segmentation
from dacapo_napari.sections.data.layer_combo import LayerCombo
from dacapo_napari.sections.data.sources_form import is_labels
from dacapo_napari.sections.segment.parameter_slider import ParameterField, ParameterSlider
from dacapo_napari.sections.tab_order import follow_layout

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels, Layer

__all__ = ["PostProcessingPanel"]

_SETTLE_MS = 150


class PostProcessingPanel(QWidget):
    """Sliders for the parameters of a post-processor, and what is said of each try.

    Signals
    -------
    changed()
        Parameters, or the labels to compare with, are others; not while somebody still slides.
    apply_wanted()
        All of the prediction is to be segmented with these.
    use_wanted()
        The run is to be segmented with these from now on.
    reset_wanted()
        Back to what validation chose.
    """

    changed = Signal()
    apply_wanted = Signal()
    use_wanted = Signal()
    reset_wanted = Signal()

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameters: dict[str, Any] = {}
        self.sliders: list[ParameterSlider] = []
        self.labels = LayerCombo(viewer, _can_be_truth, nothing="nothing", parent=self)
        self.words = QLabel("", self)
        self.score = QLabel("", self)
        self.apply = QPushButton("Apply to all", self)
        self.use = QPushButton("Use these", self)
        self.reset = QPushButton("As validated", self)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self.changed)
        self._name_parts()
        self._lay_out()
        self.labels.layer_changed.connect(self._settling.start)
        self.apply.clicked.connect(self.apply_wanted)
        self.use.clicked.connect(self.use_wanted)
        self.reset.clicked.connect(self.reset_wanted)

    def show_fields(self, fields: Sequence[ParameterField], values: Mapping[str, Any]) -> None:
        """Offer these parameters, with these values; tells nobody."""
        if [slider.field for slider in self.sliders] != list(fields):
            self._make_sliders(fields)
        self.show_parameters(values)

    def show_parameters(self, values: Mapping[str, Any]) -> None:
        """Show other values; tells nobody."""
        self._settling.stop()
        self._parameters = dict(values)
        for slider in self.sliders:
            slider.set_value(values[slider.field.name])

    def parameters(self) -> dict[str, Any]:
        """What the sliders say; what has no slider stays as it was."""
        return self._parameters | {s.field.name: s.value() for s in self.sliders}

    def truth(self) -> Labels | None:
        """The labels to compare with."""
        return self.labels.layer()

    def set_words(self, words: str, score: str = "") -> None:
        """Say what was done, and how good it is."""
        for label, text in ((self.words, words), (self.score, score)):
            label.setText(text)
            label.setVisible(bool(text))

    def stop(self) -> None:
        """Tell of nothing that was just moved."""
        self._settling.stop()

    def _make_sliders(self, fields: Sequence[ParameterField]) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        self.sliders = [ParameterSlider(field, self) for field in fields]
        for slider in self.sliders:
            title = QLabel(slider.field.title, self)
            title.setBuddy(slider.number)
            title.setToolTip(slider.field.description)
            title.setWordWrap(True)
            self._form.addRow(title, slider)
            slider.changed.connect(self._settling.start)
        follow_layout(self)

    def _name_parts(self) -> None:
        names = {
            "compare": self.labels,
            "tried": self.words,
            "score": self.score,
            "apply": self.apply,
            "use": self.use,
            "reset": self.reset,
        }
        for name, part in names.items():
            part.setObjectName(f"segment.{name}")
        for label in (self.words, self.score):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.hide()
        self.labels.setToolTip("Labels at the same place: each try is scored against them.")
        self.apply.setToolTip("Segments everything that was predicted like this.")
        self.use.setToolTip(
            "Whatever this run segments from now on is post-processed like this, on the command"
            " line, too."
        )
        self.reset.setToolTip("The post-processing that did best when the run was validated.")

    def _lay_out(self) -> None:
        title = QLabel("Separating objects", self)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        compare = QFormLayout()
        compare.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        compare.addRow("Compare with", self.labels)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(4)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        buttons = QHBoxLayout()
        for button in (self.apply, self.use, self.reset):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(title)
        layout.addLayout(compare)
        layout.addLayout(self._form)
        layout.addWidget(self.score)
        layout.addWidget(self.words)
        layout.addLayout(buttons)


def _can_be_truth(layer: Layer) -> bool:
    return is_labels(layer) and not is_segmentation(layer)
