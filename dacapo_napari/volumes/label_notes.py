"""What somebody said of a labels layer; it stays with the layer when the dock is closed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from dacapo_engine.setup.boxes import Box, neighbours
from dacapo_engine.setup.label_meaning import (
    BACKGROUND_EVERYWHERE,
    LabelMeaning,
    ZeroMeaning,
    done_slices,
)

if TYPE_CHECKING:
    from napari.layers import Layer

__all__ = ["LabelNotes", "layer_id", "notes_of", "read_notes", "toggled", "write_notes"]

_KEY = "dacapo"


@dataclass(frozen=True)
class LabelNotes:
    """Answers to what cannot be seen in labels.

    Attributes
    ----------
    zero
        What 0 is; None where nobody said it.
    done
        Boxes that were painted completely, in voxels of the layer.
    kinds
        Whether ids are kinds of things; None where nobody said it.
    """

    zero: ZeroMeaning | None = None
    done: tuple[Box, ...] = ()
    kinds: bool | None = None


def read_notes(layer: Layer) -> LabelNotes:
    """What was said of `layer`; nothing where its metadata hold something else."""
    noted = layer.metadata.get(_KEY)
    if not isinstance(noted, Mapping):
        return LabelNotes()
    zero, kinds = noted.get("zero"), noted.get("kinds")
    return LabelNotes(
        zero if zero in get_args(ZeroMeaning) else None,
        tuple(box for box in map(_box, noted.get("done", ())) if len(box[0]) == layer.ndim),
        kinds if isinstance(kinds, bool) else None,
    )


def write_notes(layer: Layer, notes: LabelNotes) -> None:
    """Keep in the metadata of `layer` what was said of it."""
    done = [[list(begin), list(shape)] for begin, shape in notes.done]
    _note(layer, zero=notes.zero, done=done, kinds=notes.kinds)


def notes_of(meaning: LabelMeaning) -> LabelNotes:
    """What was said of labels that are no layer."""
    if meaning == BACKGROUND_EVERYWHERE:
        return LabelNotes()
    return LabelNotes(meaning.zero, meaning.done, meaning.kinds or None)


def layer_id(layer: Layer) -> str:
    """A name for `layer` by which another layer remembers that it belongs to it."""
    noted = layer.metadata.get(_KEY)
    if isinstance(noted, Mapping) and noted.get("id"):
        return str(noted["id"])
    name = uuid.uuid4().hex
    _note(layer, id=name)
    return name


def toggled(notes: LabelNotes, box: Box, shape: Sequence[int]) -> LabelNotes:
    """Notes in which `box` is marked as done, or no more where it was; neighbours are joined.

    Parameters
    ----------
    box
        One voxel thick along one axis, and the whole layer along the others, or any box.
    shape
        Of the layer.
    """
    if box[1][0] != 1 or tuple(box[1][1:]) != tuple(shape[1:]):
        left = tuple(one for one in notes.done if one != box)
        return replace(notes, done=left if len(left) < len(notes.done) else (*left, box))
    slices = set(done_slices(notes.done, shape)) ^ {box[0][0]}
    others = tuple(one for one in notes.done if not done_slices([one], shape))
    return replace(notes, done=(*_rows(sorted(slices), shape), *others))


def _rows(slices: Sequence[int], shape: Sequence[int]) -> list[Box]:
    """A box for each row of neighbouring slices."""
    rest = tuple(int(n) for n in shape[1:])
    return [((begin, *(0 for _ in rest)), (count, *rest)) for begin, count in neighbours(slices)]


def _note(layer: Layer, **said: Any) -> None:
    noted = layer.metadata.get(_KEY)
    kept = dict(noted) if isinstance(noted, Mapping) else {}
    layer.metadata = {**layer.metadata, _KEY: {**kept, **said}}


def _box(noted: Any) -> Box:
    begin, shape = noted
    return tuple(int(n) for n in begin), tuple(int(n) for n in shape)
