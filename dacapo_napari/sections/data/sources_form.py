"""Image, labels and mask of one volume, or the pairs of a folder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from napari.layers import Image, Labels
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from dacapo_engine.errors import DataError
from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE
from dacapo_napari.layers.run_layers import belongs_to_run
from dacapo_napari.sections.data.pair_table import PairTable
from dacapo_napari.sections.data.source_combo import SourceCombo
from dacapo_napari.sections.data.source_row import FOLDER, WAYS, SourceRow
from dacapo_napari.sections.narrow_form import NarrowForm
from dacapo_napari.volumes.chosen_volume import ROLES, ChosenVolume, Files

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

__all__ = ["SourcesForm", "is_image", "is_labels"]

_TIPS = {
    "raw": "The image to learn from: an open layer, or a file that is read where it lies.",
    "labels": "Its labels: every object has its own number, 0 is nothing.",
    "mask": "Where it is above 0 the labels count; without one, everywhere.",
}


def is_image(layer: Layer) -> bool:
    """Whether a layer is an image that is no snapshot."""
    return isinstance(layer, Image) and not belongs_to_run(layer)


def is_labels(layer: Layer) -> bool:
    """Whether a layer holds labels that are no snapshot."""
    return isinstance(layer, Labels) and not belongs_to_run(layer)


class SourcesForm(NarrowForm):
    """What one volume is made of.

    Signals
    -------
    changed()
        Another layer or file is chosen.
    show_wanted(str)
        Somebody wants to see the file of this role as a layer.
    """

    changed = Signal()
    show_wanted = Signal(str)

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen = ChosenVolume()
        self._in_folder = False
        folder = {FOLDER: "a folder of images…"}
        self.raw_combo = SourceCombo(viewer, is_image, {**WAYS, **folder}, empty="open an image")
        self.labels_combo = SourceCombo(viewer, is_labels, WAYS, empty="open or paint labels")
        self.mask_combo = SourceCombo(viewer, is_labels, WAYS, nothing="none")
        combos = (self.raw_combo, self.labels_combo, self.mask_combo)
        self.rows = {
            role: SourceRow(combo, f"data.{role}", self)
            for role, combo in zip(ROLES, combos, strict=True)
        }
        self.pairs = PairTable(self)
        for role, title in zip(ROLES, ("Image", "Labels", "Mask"), strict=True):
            row = self.rows[role]
            row.combo.setToolTip(_TIPS[role])
            self.add_row(title, row)
            row.changed.connect(lambda role=role: self._on_changed(role))
            row.show_wanted.connect(lambda role=role: self.show_wanted.emit(role))
        # Names of files take all the room there is.
        self.form.addRow(self.pairs)
        self.form.setRowVisible(self.pairs, False)
        self._chosen = self._with_sources(self._chosen)

    def chosen(self) -> ChosenVolume:
        """The volume as it is chosen."""
        return self._chosen

    def fill(self, chosen: ChosenVolume) -> None:
        """Show another volume; tells nobody."""
        self._chosen = chosen
        for role, source in chosen.sources():
            self.rows[role].set_source(source)

    def say(self, **said: object) -> None:
        """Say something else of the volume: its first axis, voxel size, or what labels mean."""
        self._chosen = replace(self._chosen, **said)  # type: ignore[arg-type]

    def reset_choices(self) -> None:
        """Offer the layers that are open now."""
        for row in self.rows.values():
            # Nobody wants another layer in the place of the one that was closed.
            row.combo.set_automatic(not self._chosen.closed)
            row.combo.reset_choices()

    def set_taken(self, layers: frozenset[Layer]) -> None:
        """Layers of other volumes, which are not chosen by themselves."""
        self.raw_combo.set_taken(layers)
        self.labels_combo.set_taken(layers)

    def show_files(self, files: Files) -> None:
        """Show what was found where the paths lead."""
        folder = self._chosen.is_folder(files)
        for role, row in self.rows.items():
            try:
                row.show_look(self._chosen.look(files, role))
            except DataError:
                row.show_look(None)
        self.form.setRowVisible(self.rows["mask"], not folder)
        self.form.setRowVisible(self.pairs, folder)
        if folder:
            self.pairs.show_pairs(self._chosen.pairs(files))
        self._offer_labels(folder)

    def _offer_labels(self, folder: bool) -> None:
        """Of a folder of images, labels lie in the same folder or in one of their own."""
        if folder is self._in_folder:
            return
        self._in_folder = folder
        if folder:
            ways, nothing = {FOLDER: "a folder of labels…"}, "by name, in this folder"
            self.labels_combo.offer(ways, nothing, layers=False)
        else:
            self.labels_combo.offer(WAYS, None, layers=True)

    def _on_changed(self, role: str) -> None:
        old, new = self._chosen, self._with_sources(self._chosen)
        if new.raw is not old.raw:
            # What was said, was said of another image.
            new = replace(
                new, first_axis=None, voxel_size=None, anisotropy=None, intensity_range=None
            )
        if role != "mask":
            new = replace(new, meaning=BACKGROUND_EVERYWHERE)
        self._chosen = replace(new, closed="")
        self.changed.emit()

    def _with_sources(self, chosen: ChosenVolume) -> ChosenVolume:
        raw, labels, mask = (self.rows[role].source() for role in ROLES)
        return replace(chosen, raw=raw, labels=labels, mask=mask)
