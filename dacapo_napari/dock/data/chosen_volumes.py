"""All volumes that were chosen to learn from; one of them is edited."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, QTimer, Signal

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_napari.dock.data.volume_report import VolumeReport, report_on
from dacapo_napari.dock.data.watched_layers import WatchedLayers
from dacapo_napari.run_updates import Failed
from dacapo_napari.volumes.chosen_volume import ChosenVolume, Files
from dacapo_napari.volumes.file_looks import FileLooks
from dacapo_napari.volumes.file_volume import FileLook
from dacapo_napari.volumes.training_data import TrainingData

if TYPE_CHECKING:
    from napari.layers import Layer

__all__ = ["ChosenVolumes"]

# Who paints makes many strokes; volumes are measured again when there is a pause.
_PAINT_MS = 1500


class ChosenVolumes(QObject):
    """The volumes, what was found where their paths lead, and how it stands with each.

    Attributes
    ----------
    reports : list[VolumeReport]
        How it stands with each volume; one at least.
    current : int
        The one that is edited.

    Signals
    -------
    refreshed()
        Something else was chosen, a file was opened, or a layer was moved or painted.
    """

    refreshed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reports = [VolumeReport(ChosenVolume())]
        self.current = 0
        self._looks = FileLooks(self)
        self._looks.found.connect(self.refresh)
        self._painted = QTimer(self)
        self._painted.setSingleShot(True)
        self._painted.setInterval(_PAINT_MS)
        self._painted.timeout.connect(self.refresh)
        self._watched = WatchedLayers(self.refresh, self._painted.start)

    @property
    def files(self) -> Files:
        """What was found where paths lead."""
        return self._looks.files

    @property
    def edited(self) -> VolumeReport:
        """How it stands with the volume that is edited."""
        return self.reports[self.current]

    def choose(self, chosen: ChosenVolume) -> None:
        """Another choice for the volume that is edited."""
        old = self.edited
        same = [*old.chosen.sources()] == [*chosen.sources()]
        same = same and old.chosen.first_axis == chosen.first_axis
        # What was measured stands until it is measured again: rows must not come and go.
        self.reports[self.current] = VolumeReport(chosen, facts=old.facts if same else None)
        self._looks.forget_failures()
        self.refresh()

    def add(self) -> None:
        """Another volume, which is edited from now on."""
        self.reports.append(VolumeReport(ChosenVolume()))
        self.current = len(self.reports) - 1

    def remove(self) -> None:
        """Leave out the volume that is edited, unless it is the only one."""
        if len(self.reports) > 1:
            del self.reports[self.current]
            self.current = max(0, self.current - 1)

    def labels_found(self) -> str:
        """Path of labels that lie beside the image that is edited, where none are chosen."""
        chosen = self.edited.chosen
        look = self.files.get((chosen.raw, "raw")) if isinstance(chosen.raw, str) else None
        return look.labels if isinstance(look, FileLook) and chosen.labels is None else ""

    def drop_closed(self, layers: Collection[Any]) -> bool:
        """Of several volumes, those say so of which a layer is no longer open; whether any is."""
        kept = [each.chosen.without_closed(layers) for each in self.reports]
        gone = [new is not each.chosen for new, each in zip(kept, self.reports, strict=True)]
        if len(kept) == 1 or not any(gone):
            return False
        self.reports = [VolumeReport(each) for each in kept]
        return True

    def refresh(self) -> None:
        """Look anew how it stands with each; problems that were measured are forgotten."""
        chosen = [each.chosen for each in self.reports]
        self._looks.want(path for each in chosen for path in each.paths())
        self.reports = [
            replace(report_on(each.chosen, self.files), facts=each.facts) for each in self.reports
        ]
        self._watched.watch(
            source for each in chosen for _, source in each.sources() if not isinstance(source, str)
        )
        self.refreshed.emit()

    def set_measured(self, found: Sequence[VolumeFacts | Failed]) -> None:
        """What was measured of each of the `parts`, or why it cannot be learnt from.

        Nothing where a volume was added or is incomplete by now: then it was of other parts.
        """
        if len(found) == len(self.reports) and all(each.data for each in self.reports):
            pairs = zip(self.reports, found, strict=True)
            self.reports = [report.measured(each) for report, each in pairs]

    def is_complete(self) -> bool:
        """Whether each volume has an image and its labels, and all files are opened."""
        return all(
            not each.chosen.missing(self.files) and not each.chosen.is_opening(self.files)
            for each in self.reports
        )

    def parts(self) -> tuple[TrainingData, ...]:
        """What a run learns from each volume; of a folder, all its images together.

        Raises
        ------
        DataError
            If something is not chosen, or a layer or file cannot be used.
        """
        found = []
        for each in self.reports:
            report = report_on(each.chosen, self.files)
            if report.data is None:
                failed = report.failure or Failed("Choose an image and its labels to learn from.")
                raise DataError(failed.message, hint=failed.hint, place="data")
            found.append(report.data)
        return tuple(found)

    def taken(self) -> frozenset[Layer]:
        """Layers of the volumes that are not edited."""
        return frozenset(
            source
            for number, each in enumerate(self.reports)
            if number != self.current
            for _, source in each.chosen.sources()
            if source is not None and not isinstance(source, str)
        )

    def close(self) -> None:
        """Let go of layers and files."""
        self._painted.stop()
        self._looks.close()
        self._watched.stop()
