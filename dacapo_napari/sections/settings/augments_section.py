"""How samples are changed at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qtpy.QtWidgets import QWidget

from dacapo_engine.experiments.trainers.gunpowder_trainer_config import GunpowderTrainerConfig
from dacapo_napari.forms import Editor, field_editor
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.sections.section import SectionState
from dacapo_napari.sections.settings.form_section import FormSection, valid_value
from dacapo_napari.sections.settings.preview_row import PreviewRow

__all__ = ["AugmentsSection"]

_MOST_NAMES = 4


class AugmentsSection(FormSection):
    """How samples are changed at random, in order.

    Attributes
    ----------
    preview : PreviewRow
        The buttons that show what they do.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Augments", "augments", parent)
        info = GunpowderTrainerConfig.model_fields["augments"]
        self._editor = self._add(field_editor(info, name="augments", hidden=("name",)))
        self.preview = PreviewRow(self)
        self._layout.addWidget(self.preview)
        self.set_state(SectionState.TO_DO, "fitted to the data")

    def fill(self, settings: RunSettings) -> None:
        """Show these settings."""
        self._fill(self._editor, getattr(settings.trainer_config, "augments", ()))
        self._show_state(True)

    def value(self) -> tuple[Any, ...]:
        """The augments, those that are switched off among them."""
        augments: tuple[Any, ...] = valid_value(self._editor)
        return augments

    def _editors(self) -> tuple[Editor, ...]:
        return (self._editor,)

    def _words(self) -> str:
        augments = self._editor.value()
        names = [str(augment.type).replace("_", " ") for augment in augments if augment.enabled]
        off = len(augments) - len(names)
        return _listed(names) + (f"; {off} off" if off else "")


def _listed(names: Sequence[str]) -> str:
    """``simple, elastic, gamma and 2 more``: as many as there is room for."""
    if len(names) > _MOST_NAMES:
        shown = names[: _MOST_NAMES - 1]
        return f"{', '.join(shown)} and {len(names) - len(shown)} more"
    return ", ".join(names) or "none"
