"""What to learn from: image, labels and mask among the open layers, and what is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari.layers import Image, Labels
from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtWidgets import QFormLayout, QLabel, QWidget

from dacapo_engine.errors import DacapoError, DataError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_napari.forms import ErrorLine
from dacapo_napari.forms.leaf_editor import CalmComboBox
from dacapo_napari.layer_volume import FIRST_AXES, guess_axes, layer_volume
from dacapo_napari.run_layers import belongs_to_run
from dacapo_napari.run_updates import Failed
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.sections.layer_combo import LayerCombo
from dacapo_napari.sections.layer_facts import (
    labels_beside,
    place_events,
    shape_words,
    voxel_size_words,
)
from dacapo_napari.sections.section import Section, SectionState
from dacapo_napari.theme_colours import ThemeColours
from dacapo_napari.training_data import LabelledLayers, TrainingData

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

__all__ = ["DataSection", "is_image", "is_labels"]

_SETTLE_MS = 150
_NO_FIRST_AXIS = 2


def is_image(layer: Layer) -> bool:
    """Whether a layer is an image that is no snapshot."""
    return isinstance(layer, Image) and not belongs_to_run(layer)


def is_labels(layer: Layer) -> bool:
    """Whether a layer holds labels that are no snapshot."""
    return isinstance(layer, Labels) and not belongs_to_run(layer)


class DataSection(Section):
    """Choice of raw, labels and mask; shows shape, voxel size and intensity range.

    Signals
    -------
    changed()
        Another layer, another meaning of the first axis, or a layer was moved or scaled.
    """

    changed = Signal()

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__("Data", "data", parent)
        self._viewer = viewer
        self._watched: list[Layer] = []
        self._places_seen: tuple[str, ...] = ()
        self.raw_combo = LayerCombo(viewer, is_image, empty="open an image", parent=self)
        self.labels_combo = LayerCombo(viewer, is_labels, empty="open or paint labels", parent=self)
        self.mask_combo = LayerCombo(viewer, is_labels, nothing="none", parent=self)
        self.first_axis = CalmComboBox(self)
        self._shape = FactLabel("data.shape", self)
        self._voxel_size = FactLabel("data.voxel_size", self)
        self._range = FactLabel("data.range", self)
        self._objects = FactLabel("data.objects", self)
        self._error = ErrorLine(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self.changed)
        self._name_widgets()
        self._fill_form()
        for combo in (self.raw_combo, self.labels_combo, self.mask_combo):
            combo.layer_changed.connect(self._on_layers_changed)
        self.first_axis.activated.connect(self._on_first_axis_chosen)
        self._on_layers_changed()

    def reset_choices(self, event: object = None) -> None:
        """Offer the layers that are open now."""
        for combo in (self.raw_combo, self.labels_combo, self.mask_combo):
            combo.reset_choices()

    def is_complete(self) -> bool:
        """Whether an image and its labels are chosen."""
        return self.raw_combo.layer() is not None and self.labels_combo.layer() is not None

    def data(self) -> TrainingData:
        """The layers chosen, as the engine sees them.

        Raises
        ------
        DataError
            If something is not chosen, or a layer cannot be used.
        """
        raw, labels, mask = (
            self.raw_combo.layer(),
            self.labels_combo.layer(),
            self.mask_combo.layer(),
        )
        if raw is None or labels is None:
            missing = "an image" if raw is None else "its labels"
            raise DataError(f"Choose {missing} to learn from.", place="data")
        axes = self._axes()
        volume = layer_volume(raw, axes)
        layers = LabelledLayers(
            volume,
            labels_beside(volume, labels),
            None if mask is None else labels_beside(volume, mask),
        )
        return TrainingData((layers,))

    def error(self) -> str:
        """The sentence at the fields, empty while there is none."""
        return self._error.text()

    def set_error(self, sentence: str) -> None:
        """Say what is wrong with the data; empty when nothing is."""
        self._error.setText(sentence)
        if sentence:
            self.set_state(SectionState.PROBLEM)
            self.set_unfolded(True)
        else:
            self.set_state(SectionState.READY if self.is_complete() else SectionState.TO_DO)

    def set_facts(self, facts: VolumeFacts) -> None:
        """Show what was measured."""
        low, high = facts.intensity_range
        measured = "measured in parts of it" if facts.sampled else "measured"
        share = f"{facts.foreground_share:.0%}"
        some = "at least " if facts.sampled else ""
        self._show_measured(
            f"{low:.6g} to {high:.6g} become 0 to 1 ({measured})",
            f"{some}{facts.num_objects} objects on {share} of the voxels",
        )
        self.set_state(self.state, f"{self._names()}, {facts.num_objects} objects")

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        super().set_theme(colours)
        for label in (self._shape, self._voxel_size, self._range, self._objects):
            label.set_theme(colours)

    def _axes(self) -> tuple[str, ...]:
        layer = self.raw_combo.layer()
        if layer is None:
            return ()
        guessed = self._guess(layer)
        first = self.first_axis.currentData()
        if layer.ndim <= _NO_FIRST_AXIS or first is None or first == guessed[0]:
            return guessed
        # What was second stays second: 4D is something, depth, height, width.
        rest = tuple(axis for axis in ("z", "y", "x")[-(layer.ndim - 1) :])
        return (first, *rest)

    def _guess(self, layer: Layer) -> tuple[str, ...]:
        labels = self.labels_combo.layer()
        guessed = guess_axes(layer)
        said = [str(label).lower() for label in layer.axis_labels]
        unlabelled = all(label.lstrip("-").isdigit() for label in said[:1])
        if unlabelled and labels is not None and labels.ndim == layer.ndim - 1 and layer.ndim > 2:
            return ("c", *("z", "y", "x")[-(layer.ndim - 1) :])
        return guessed

    def _on_layers_changed(self) -> None:
        self._watch_places()
        self._offer_first_axes()
        self._show_layer_facts()
        self._show_measured("", "")
        self._timer.start()

    def _on_first_axis_chosen(self) -> None:
        self._show_layer_facts()
        self._timer.start()

    def _on_layer_moved(self, event: object = None) -> None:
        # napari also tells of a new place when it is the old one.
        if self._places() != self._places_seen:
            self._show_layer_facts()
            self._timer.start()

    def _places(self) -> tuple[str, ...]:
        return tuple(
            f"{layer.scale} {layer.translate} {layer.units} {layer.affine} {layer.rotate}"
            for layer in self._watched
        )

    def _watch_places(self) -> None:
        self._stop_watching()
        for layer in (self.raw_combo.layer(), self.labels_combo.layer(), self.mask_combo.layer()):
            if layer is not None and layer not in self._watched:
                self._watched.append(layer)
                for event in place_events(layer):
                    event.connect(self._on_layer_moved)

    def close_down(self) -> None:
        """Let go of the layers, and tell of nothing any more."""
        self._timer.stop()
        self._stop_watching()

    def _stop_watching(self) -> None:
        for layer in self._watched:
            for event in place_events(layer):
                event.disconnect(self._on_layer_moved)
        self._watched = []

    def _offer_first_axes(self) -> None:
        layer = self.raw_combo.layer()
        self.first_axis.clear()
        many = layer is not None and layer.ndim > _NO_FIRST_AXIS
        if layer is not None and many:
            options = (
                FIRST_AXES
                if layer.ndim == _NO_FIRST_AXIS + 1
                else {axis: word for axis, word in FIRST_AXES.items() if axis != "z"}
            )
            for axis, word in options.items():
                self.first_axis.addItem(word, axis)
            self.first_axis.setCurrentIndex(self.first_axis.findData(self._guess(layer)[0]))
        self._form.setRowVisible(self.first_axis, many)

    def _show_layer_facts(self) -> None:
        self._places_seen = self._places()
        try:
            volume = (
                layer_volume(self.raw_combo.layer(), self._axes())
                if self.raw_combo.layer()
                else None
            )
        except DacapoError as error:
            self._state_fact(self._shape, "")
            self._state_fact(self._voxel_size, "")
            self.set_error(str(Failed.of(error)))
            return
        self.set_error("")
        self.set_state(self.state, self._names())
        if volume is None:
            self._state_fact(self._shape, "")
            self._state_fact(self._voxel_size, "")
            return
        self._state_fact(self._shape, shape_words(volume))
        self._state_fact(self._voxel_size, *voxel_size_words(volume))

    def _show_measured(self, intensities: str, objects: str) -> None:
        self._state_fact(self._range, intensities)
        self._state_fact(self._objects, objects)

    def _state_fact(self, label: FactLabel, fact: str, doubt: str = "") -> None:
        label.set_fact(fact, doubt)
        self._form.setRowVisible(label, bool(fact or doubt))

    def _names(self) -> str:
        layers = (self.raw_combo.layer(), self.labels_combo.layer(), self.mask_combo.layer())
        names = [layer.name for layer in layers if layer is not None]
        return " + ".join(names) if self.is_complete() else "choose an image and its labels"

    def _name_widgets(self) -> None:
        for name in ("raw", "labels", "mask"):
            getattr(self, f"{name}_combo").setObjectName(f"data.{name}")
        self.first_axis.setObjectName("data.first_axis")
        self._error.setObjectName("data.error")
        self.raw_combo.setToolTip("The image to learn from.")
        self.labels_combo.setToolTip("Its labels: every object has its own number, 0 is nothing.")
        self.mask_combo.setToolTip("Where it is above 0 the labels count; without one, everywhere.")
        self.first_axis.setToolTip("What the first axis of the image is.")

    def _fill_form(self) -> None:
        self._form = QFormLayout(self.content)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(4)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: dict[str, QWidget] = {
            "Image": self.raw_combo,
            "Labels": self.labels_combo,
            "Mask": self.mask_combo,
            "Shape": self._shape,
            "First axis": self.first_axis,
            "Voxel": self._voxel_size,
            "Range": self._range,
            "Labelled": self._objects,
        }
        for title, widget in rows.items():
            label = QLabel(title, self)
            label.setBuddy(widget)
            self._form.addRow(label, widget)
        self._form.addRow(self._error)
