"""What to learn from: volumes of layers or files, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from napari.layers import Image, Labels
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.setup.label_meaning import LabelMeaning
from dacapo_napari.dock.data.chosen_volumes import ChosenVolumes
from dacapo_napari.dock.data.edited_facts import show_facts
from dacapo_napari.dock.data.volume_report import summary_of
from dacapo_napari.forms import ErrorLine
from dacapo_napari.layers.file_layer import open_as_layer
from dacapo_napari.run_updates import Failed
from dacapo_napari.sections.data.facts_form import FactsForm
from dacapo_napari.sections.data.source_combo import SourceCombo
from dacapo_napari.sections.data.sources_form import SourcesForm, is_image, is_labels
from dacapo_napari.sections.data.volume_list import VolumeList
from dacapo_napari.sections.section import Section, SectionState
from dacapo_napari.sections.tab_order import follow_layout
from dacapo_napari.theme_colours import ThemeColours
from dacapo_napari.volumes.layer_scale import give_scale
from dacapo_napari.volumes.training_data import LabelledLayers, TrainingData

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["DataSection", "is_image", "is_labels"]

_SETTLE_MS = 150
_WORST_FIRST = (
    SectionState.PROBLEM,
    SectionState.TO_DO,
    SectionState.DOUBT,
    SectionState.READY,
)


class DataSection(Section):
    """The volumes that a run learns from. One of them is edited; `panels` below are about it.

    Signals
    -------
    changed()
        Other data: another layer or file, something said of it, a layer moved, scaled or painted.
    edited_changed()
        Another volume is edited, or the one that is edited is another, or was measured.
    """

    changed = Signal()
    edited_changed = Signal()

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__("Data", "data", parent)
        self._viewer = viewer
        self.volumes = ChosenVolumes(self)
        self.list = VolumeList(self)
        self.sources = SourcesForm(viewer, self)
        self.facts = FactsForm(self)
        self._error = ErrorLine(self)
        self._add = QPushButton("+ another volume", self)
        self._remove = QPushButton("Remove this volume", self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._name_widgets()
        self._lay_out()
        self._connect()
        self.volumes.choose(self.sources.chosen())
        self.set_unfolded(self.state is not SectionState.READY)

    @property
    def raw_combo(self) -> SourceCombo:
        """The image of the volume that is edited."""
        return self.sources.raw_combo

    @property
    def labels_combo(self) -> SourceCombo:
        """The labels of the volume that is edited."""
        return self.sources.labels_combo

    def reset_choices(self, event: object = None) -> None:
        """Offer the layers that are open now; volumes whose layers were closed say so."""
        if self.volumes.drop_closed(self._viewer.layers):
            self.sources.fill(self.volumes.edited.chosen)
            self.volumes.refresh()
        self.sources.set_taken(self.volumes.taken())
        self.sources.reset_choices()
        self._show()

    def is_complete(self) -> bool:
        """Whether each volume has an image and its labels, and all files are opened."""
        return self.volumes.is_complete()

    def missing(self) -> str:
        """What is still to be done before the data can be learnt from; empty where nothing is."""
        if self.is_complete():
            return ""
        waits = next((each for each in self.volumes.reports if each.waits), None)
        return "Choose an image and its labels." if waits is None else waits.names()

    def data(self) -> TrainingData:
        """All volumes, as the engine sees them.

        Raises
        ------
        DataError
            If something is not chosen, or a layer or file cannot be used.
        """
        return TrainingData(tuple(one for part in self.parts() for one in part.volumes))

    def parts(self) -> tuple[TrainingData, ...]:
        """The same, for each volume on its own; of a folder, all its images together.

        Raises
        ------
        DataError
            If something is not chosen, or a layer or file cannot be used.
        """
        return self.volumes.parts()

    def edited(self) -> LabelledLayers | None:
        """The volume that is edited; None where it is not complete, or a folder of images."""
        data = self.volumes.edited.data
        first = None if data is None else data.first
        return first if isinstance(first, LabelledLayers) else None

    def edited_facts(self) -> VolumeFacts | None:
        """What was measured of the volume that is edited."""
        return self.volumes.edited.facts

    def edited_labels(self) -> Labels | None:
        """The layer of its labels; None where they are in a file."""
        labels = self.volumes.edited.chosen.labels
        return labels if isinstance(labels, Labels) else None

    def meaning(self) -> LabelMeaning:
        """What the labels of the volume that is edited mean."""
        return self.volumes.edited.chosen.meaning

    def set_meaning(self, meaning: LabelMeaning) -> None:
        """Say what they mean."""
        if meaning != self.meaning():
            self._on_said({"meaning": meaning})

    def add_panel(self, panel: QWidget) -> None:
        """Put something about the volume that is edited below its facts."""
        self._panels.addWidget(panel)
        follow_layout(self.content)

    def error(self) -> str:
        """The sentence at the fields, empty while there is none."""
        return self._error.text()

    def set_error(self, sentence: str) -> None:
        """Say what is wrong with all of the data; empty when nothing is."""
        self._show()
        if sentence:
            self.set_unfolded(True)
        if sentence and self.state is not SectionState.PROBLEM:
            self._error.setText(sentence)
            self.set_state(SectionState.PROBLEM)

    def set_measured(self, found: Sequence[VolumeFacts | Failed]) -> None:
        """Show what was measured of each of the `parts`, or why it cannot be learnt from."""
        self.volumes.set_measured(found)
        self._show()
        if self.state is SectionState.PROBLEM:
            self.set_unfolded(True)
        self.edited_changed.emit()

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        super().set_theme(colours)
        self.facts.set_theme(colours)
        self.sources.pairs.set_theme(colours)

    def add_volume(self) -> None:
        """Begin another volume, of layers that no other one has."""
        self.volumes.add()
        self._show_edited()

    def remove_volume(self) -> None:
        """Leave the volume that is edited out."""
        self.volumes.remove()
        self._show_edited()

    def edit(self, number: int) -> None:
        """Edit another volume."""
        self.volumes.current = number
        self._show_edited()

    def close_down(self) -> None:
        """Let go of layers and files, and tell of nothing any more."""
        self._timer.stop()
        self.volumes.close()

    def _show_edited(self) -> None:
        self.facts.fold()
        self.sources.fill(self.volumes.edited.chosen)
        self.sources.set_taken(self.volumes.taken())
        self.sources.reset_choices()
        self.volumes.refresh()

    def _show(self) -> None:
        self.sources.show_files(self.volumes.files)
        report, reports = self.volumes.edited, self.volumes.reports
        show_facts(self.facts, report, self.volumes.files)
        self.list.setVisible(len(reports) > 1)
        self._remove.setVisible(len(reports) > 1)
        self.list.show_lines([each.line() for each in reports], self.volumes.current)
        self._error.setText("" if report.failure is None else str(report.failure))
        states = [each.state for each in reports]
        state = next(state for state in _WORST_FIRST if state in states)
        self.set_state(state, summary_of(reports))

    def _on_refreshed(self) -> None:
        labels = self.volumes.labels_found()
        if labels:
            chosen = replace(self.volumes.edited.chosen, labels=labels)
            self.sources.fill(chosen)
            self.volumes.choose(chosen)
            return
        self._show()
        self.edited_changed.emit()
        self._timer.start()

    def _on_sources_changed(self) -> None:
        self.volumes.choose(self.sources.chosen())

    def _on_said(self, said: dict[str, object]) -> None:
        self.sources.say(**said)
        self.volumes.choose(self.sources.chosen())

    def _on_show_wanted(self, role: str) -> None:
        look = self.volumes.edited.chosen.look(self.volumes.files, role)
        if look is not None and look.volume is not None:
            open_as_layer(self._viewer, look.volume, role)

    def _on_scale_wanted(self, sizes: tuple[Fraction, ...]) -> None:
        sources = (each for _, each in self.volumes.edited.chosen.sources())
        give_scale([each for each in sources if isinstance(each, Image | Labels)], sizes)

    def _name_widgets(self) -> None:
        self._error.setObjectName("data.error")
        self._add.setObjectName("data.add")
        self._add.setToolTip("Learn from another image with labels, too.")
        self._remove.setObjectName("data.remove")
        self._remove.setToolTip("Leave out the volume that is marked in the list.")

    def _connect(self) -> None:
        self._timer.timeout.connect(self.changed)
        self.volumes.refreshed.connect(self._on_refreshed)
        self.list.chosen.connect(self.edit)
        self.sources.changed.connect(self._on_sources_changed)
        self.sources.show_wanted.connect(self._on_show_wanted)
        self.facts.said.connect(self._on_said)
        self.facts.scale_wanted.connect(self._on_scale_wanted)
        self._add.clicked.connect(self.add_volume)
        self._remove.clicked.connect(self.remove_volume)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self._add)
        buttons.addWidget(self._remove)
        buttons.addStretch(1)
        self._panels = QVBoxLayout()
        self._panels.setContentsMargins(0, 0, 0, 0)
        self._panels.setSpacing(4)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for part in (self.list, self.sources, self.facts, self._error):
            layout.addWidget(part)
        layout.addLayout(self._panels)
        layout.addLayout(buttons)
        follow_layout(self.content)
