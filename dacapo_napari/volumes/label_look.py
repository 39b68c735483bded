"""What is found in labels: how much of them is done, and what their ids seem to stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dacapo_engine.setup.label_census import LabelCensus, likely_zero, take_census
from dacapo_engine.setup.label_meaning import LabelMeaning, ZeroMeaning
from dacapo_engine.setup.label_pieces import LabelPieces, count_pieces
from dacapo_napari.volumes.layer_volume import LayerVolume

__all__ = ["LabelLook", "look_at_labels", "share_words", "unmarked_words"]

_MOST_NAMED = 6


@dataclass(frozen=True)
class LabelLook:
    """What was found.

    Attributes
    ----------
    labels
        The array in which it was found.
    census
        How much counts, under the meaning it was taken with.
    pieces
        None where they were not counted, or ids are many.
    zero
        What 0 seems to mean.
    sure
        Whether nobody needs to be asked for it.
    """

    labels: Any
    census: LabelCensus
    pieces: LabelPieces | None
    zero: ZeroMeaning
    sure: bool


def look_at_labels(labels: LayerVolume, meaning: LabelMeaning, asked: bool) -> LabelLook:
    """Count what is labelled; reads labels, so off the Qt thread.

    Parameters
    ----------
    labels
        Without channels.
    meaning
        What was said of them.
    asked
        Whether `meaning` says what 0 is; else it is what it seems to be.
    """
    found = take_census(labels.data, meaning)
    zero, sure = likely_zero(found, meaning.done)
    if not asked and zero != meaning.zero:
        found = take_census(labels.data, LabelMeaning(zero, meaning.done))
    return LabelLook(labels.data, found, count_pieces(labels.data, labels.axes), zero, sure)


def share_words(census: LabelCensus, meaning: LabelMeaning) -> str:
    """How much counts: ``Labelled 12 %: 3 of 178 slices done``."""
    percent = 100 * census.share
    number = f"{percent:.0f}" if percent >= 10 or percent == 0 else f"{percent:.2g}"
    words = f"Labelled {'about ' if census.sampled else ''}{number} %"
    if meaning.zero != "background_where_done":
        return words
    boxes = len(meaning.done) if census.num_slices == 1 else _boxes(census, meaning)
    parts = [f"{len(census.done)} of {census.num_slices} slices"] if census.num_slices > 1 else []
    if boxes or not parts:
        parts.append(f"{boxes} {'box' if boxes == 1 else 'boxes'}")
    return f"{words}: {' and '.join(parts)} done"


def unmarked_words(unmarked: tuple[int, ...]) -> str:
    """Which slices hold labels and were not marked; empty where there are none."""
    if not unmarked:
        return ""
    if len(unmarked) == 1:
        return f"Slice {unmarked[0]} holds labels and is not marked as done."
    return f"Slices {_numbers_words(unmarked)} hold labels and are not marked as done."


def _numbers_words(numbers: tuple[int, ...]) -> str:
    """``4, 9 and 12``; of many only the first."""
    shown = [str(number) for number in numbers[:_MOST_NAMED]]
    more = len(numbers) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _boxes(census: LabelCensus, meaning: LabelMeaning) -> int:
    """Boxes that are done and are no slices."""
    shape = census.shape
    return sum(tuple(extent[1:]) != tuple(shape[1:]) for _, extent in meaning.done)
