"""From a volume that was chosen to what is shown of it."""

from __future__ import annotations

from dacapo_engine.errors import DacapoError
from dacapo_napari.dock.data.volume_report import VolumeReport
from dacapo_napari.sections.data.facts_form import FactsForm
from dacapo_napari.volumes.chosen_volume import Files, raw_axes, raw_volume
from dacapo_napari.volumes.resolved_volume import resolved_raw

__all__ = ["show_facts"]


def show_facts(form: FactsForm, report: VolumeReport, files: Files) -> None:
    """Show what is known of a volume; nothing where it cannot be opened."""
    chosen = report.chosen
    try:
        look = chosen.look(files)
        told, said = raw_volume(chosen, files), resolved_raw(chosen, files)
        axes = raw_axes(chosen, files)
    except DacapoError:
        form.show_volume(chosen, None, None)
        return
    form.show_volume(
        chosen,
        told,
        said,
        axes=axes,
        axes_known=look is None or look.axes_known,
        axes_fixed=look is not None and look.axes_fixed,
        count=1 if report.data is None else len(report.data.volumes),
    )
    form.show_measured(report.facts)
