"""What is to be said of each volume that was chosen: whether it can be learnt from, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.setup.volume_files import VolumeFiles
from dacapo_napari.run_updates import Failed
from dacapo_napari.sections.data.volume_list import VolumeLine
from dacapo_napari.sections.section import SectionState
from dacapo_napari.volumes.chosen_volume import ChosenVolume, Files, raw_volume, source_name
from dacapo_napari.volumes.resolved_volume import resolve
from dacapo_napari.volumes.training_data import TrainingData

__all__ = ["VolumeReport", "report_on", "summary_of"]

_UNKNOWN_SIZE = "no voxel size"


@dataclass(frozen=True)
class VolumeReport:
    """How it stands with one volume.

    Attributes
    ----------
    chosen
        What it is made of.
    data
        What a run learns from it; None where something is missing.
    failure
        Why it cannot be used.
    waits
        Whether a file of it is still being opened.
    doubt
        What is not known of it and matters, in a few words.
    facts
        What was measured of it, once it was.
    """

    chosen: ChosenVolume
    data: TrainingData | None = None
    failure: Failed | None = None
    waits: bool = False
    doubt: str = ""
    facts: VolumeFacts | None = None

    @property
    def state(self) -> SectionState:
        """To do, ready, in doubt, or a problem."""
        if self.failure is not None:
            return SectionState.PROBLEM
        if self.data is None:
            return SectionState.TO_DO
        return SectionState.DOUBT if self.doubt else SectionState.READY

    def measured(self, found: VolumeFacts | Failed) -> VolumeReport:
        """The same with what was measured."""
        if isinstance(found, Failed):
            return replace(self, failure=found)
        return replace(self, facts=found)

    def line(self) -> VolumeLine:
        """All of it in one line."""
        sentence = "" if self.failure is None else str(self.failure)
        return VolumeLine(self.chosen.name, self.words(), self.state, sentence)

    def names(self) -> str:
        """What it is made of: ``raw + labels``; empty while something is missing."""
        if self.waits:
            return f"Opening {self.chosen.name}…"
        if self.failure is not None:
            return f"{self.chosen.name}: problem"
        if self.data is None:
            return ""
        if len(self.data.volumes) > 1 or isinstance(self.data.first, VolumeFiles):
            return f"{self.chosen.name}, {counted(len(self.data.volumes), 'image')}"
        names = (source_name(source) for _, source in self.chosen.sources())
        return " + ".join(name for name in names if name)

    def words(self) -> str:
        """How many objects there are, or what is missing."""
        if self.failure is not None:
            return "problem"
        if self.waits:
            return "opening…"
        if self.data is None:
            return "to do"
        if self.facts is None:
            return "looking…"
        return counted(self.facts.num_objects, "object")


def report_on(chosen: ChosenVolume, files: Files) -> VolumeReport:
    """How it stands with a volume before anything was measured."""
    waits = chosen.is_opening(files)
    missing = bool(chosen.missing(files))
    try:
        plain = raw_volume(chosen, files)
        if missing and not chosen.closed:
            return VolumeReport(chosen, waits=waits)
        if waits:
            return VolumeReport(chosen, waits=True)
        data = resolve(chosen, files)
    except DacapoError as error:
        return VolumeReport(chosen, failure=Failed.of(error))
    asks = plain is not None and not plain.known and "z" in plain.axes
    answered = chosen.voxel_size is not None or chosen.anisotropy is not None
    return VolumeReport(chosen, data, doubt=_UNKNOWN_SIZE if asks and not answered else "")


def summary_of(reports: Sequence[VolumeReport]) -> str:
    """All volumes in a few words: ``raw + labels, 403 objects``."""
    known = [each.facts.num_objects for each in reports if each.facts is not None]
    objects = counted(sum(known), "object") if len(known) == len(reports) else ""
    doubt = next((each.doubt for each in reports if each.doubt), "")
    return ", ".join(part for part in (_names(reports), objects, doubt) if part)


def counted(number: int, thing: str) -> str:
    """A number of things: ``1 image``, ``1,204 objects``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _names(reports: Sequence[VolumeReport]) -> str:
    if len(reports) == 1:
        return reports[0].names() or "choose an image and its labels"
    wrong = sum(each.failure is not None for each in reports)
    names = f"{len(reports)} volumes"
    return f"{names}, {wrong} with a problem" if wrong else names
