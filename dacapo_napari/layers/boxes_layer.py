"""Boxes of labels as rectangles in a Shapes layer, which somebody draws, moves and deletes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from napari.layers import Labels, Shapes

from dacapo_engine.setup.boxes import Box
from dacapo_napari.layers.run_layers import view_kept
from dacapo_napari.volumes.label_notes import layer_id

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["BOX_KINDS", "BoxKind", "BoxesLayer", "DrawnBox", "with_box"]

BoxKind = Literal["train", "validate", "done"]

BOX_KINDS: dict[BoxKind, str] = {"train": "train", "validate": "validate", "done": "done"}
"""What boxes are for, as it stands beside them."""

_COLOURS: dict[BoxKind, str] = {"train": "#4da3ff", "validate": "#ff9f40", "done": "#58c070"}
_MARK = "dacapo_boxes_of"
_PLANE = 2


@dataclass(frozen=True)
class DrawnBox:
    """A rectangle with the slices it stands for.

    Attributes
    ----------
    corner, size
        Voxels along height and width.
    first, last
        Slices, both included; 0 and 0 of an image.
    """

    kind: BoxKind
    corner: tuple[int, int]
    size: tuple[int, int]
    first: int
    last: int

    def box(self, shape: Sequence[int]) -> Box:
        """The box in labels of this shape; all along axes before depth."""
        begin, extent = list(self.corner), list(self.size)
        if len(shape) > _PLANE:
            begin, extent = [self.first, *begin], [self.last - self.first + 1, *extent]
        before = len(shape) - len(begin)
        return (0,) * before + tuple(begin), (*map(int, shape[:before]), *extent)


class BoxesLayer:
    """The rectangles that belong to one labels layer; they show in every slice.

    Parameters
    ----------
    viewer
        Where the Shapes layer is, or will be once something is drawn.
    labels
        Of which the rectangles are parts.
    """

    def __init__(self, viewer: ViewerModel, labels: Labels) -> None:
        self._viewer = viewer
        self.labels = labels
        self.depth = int(labels.data.shape[-3]) if labels.ndim > _PLANE else 1
        self.layer = self._find()

    def find_again(self) -> bool:
        """Look for the layer, which may have been removed or added; whether it is another one."""
        found = self._find()
        changed = found is not self.layer
        self.layer = found
        return changed

    def boxes(self) -> list[DrawnBox]:
        """The rectangles in the order they were drawn; of other shapes what surrounds them."""
        if self.layer is None:
            return []
        rows = self.layer.features.to_dict("records")
        return [
            self._drawn(corners, row) for corners, row in zip(self.layer.data, rows, strict=False)
        ]

    def draw(self, kind: BoxKind, first: int, last: int) -> None:
        """Let the next rectangles that are drawn be of this kind, and in these slices."""
        layer = self._made()
        layer.feature_defaults = {"kind": kind, "first": first, "last": last}
        layer.current_edge_color = _COLOURS[kind]
        self._viewer.layers.selection.active = layer
        layer.visible = True
        layer.mode = "add_rectangle"

    def add(self, drawn: DrawnBox) -> None:
        """Add a rectangle; the layer that is selected stays so."""
        with view_kept(self._viewer):
            layer = self._made()
        layer.feature_defaults = {"kind": drawn.kind, "first": drawn.first, "last": drawn.last}
        layer.add_rectangles(_corners(drawn), edge_color=_COLOURS[drawn.kind])
        self.dress()

    def change(self, number: int, drawn: DrawnBox) -> None:
        """Let a rectangle be another one."""
        if self.layer is None:
            return
        features = self.layer.features.copy()
        features.loc[number, ["kind", "first", "last"]] = [drawn.kind, drawn.first, drawn.last]
        self.layer.features = features
        data = list(self.layer.data)
        if self._drawn(data[number], {}).box((1, 1)) != drawn.box((1, 1)):
            data[number] = _corners(drawn)
            self.layer.data = data
        self.dress()

    def remove(self, number: int) -> None:
        """Remove a rectangle."""
        if self.layer is not None:
            self.layer.selected_data = {number}
            self.layer.remove_selected()

    def dress(self) -> None:
        """Give every rectangle the colour of its kind."""
        if self.layer is not None and len(self.layer.data):
            colours = [_COLOURS[_kind(kind)] for kind in self.layer.features["kind"]]
            self.layer.edge_color = colours
            self.layer.text.color = colours
            self.layer.refresh_text()

    def _find(self) -> Shapes | None:
        wanted = layer_id(self.labels)
        for layer in self._viewer.layers:
            if isinstance(layer, Shapes) and layer.metadata.get(_MARK) == wanted:
                return layer
        return None

    def _made(self) -> Shapes:
        if self.layer is None:
            labels = self.labels
            self.layer = Shapes(
                ndim=_PLANE,
                name=f"boxes of {labels.name}",
                scale=labels.scale[-_PLANE:],
                translate=labels.translate[-_PLANE:],
                units=labels.units[-_PLANE:],
                axis_labels=labels.axis_labels[-_PLANE:],
                metadata={_MARK: layer_id(labels)},
                opacity=1.0,
                face_color="transparent",
                edge_width=_edge_width(labels),
                features={
                    "kind": np.array([], dtype=object),
                    "first": np.array([], dtype=int),
                    "last": np.array([], dtype=int),
                },
                feature_defaults={"kind": "train", "first": 0, "last": self.depth - 1},
                text={
                    "string": "{kind}",
                    "size": 12,
                    "anchor": "center",
                },
            )
            self._viewer.add_layer(self.layer)
        return self.layer

    def _drawn(self, corners: Any, row: dict[str, Any]) -> DrawnBox:
        begin = [math.ceil(float(n) - 1e-6) for n in corners.min(axis=0)[-_PLANE:]]
        after = [math.floor(float(n) + 1e-6) + 1 for n in corners.max(axis=0)[-_PLANE:]]
        size = [max(1, b - a) for a, b in zip(begin, after, strict=True)]
        first, last = (_number(row.get(name)) for name in ("first", "last"))
        return DrawnBox(
            _kind(row.get("kind")),
            (begin[0], begin[1]),
            (size[0], size[1]),
            max(0, min(first, self.depth - 1)),
            max(0, min(max(first, last), self.depth - 1)),
        )


def with_box(drawn: DrawnBox, box: Box) -> DrawnBox:
    """`drawn`, but as large as `box`."""
    begin, extent = box
    changed = replace(drawn, corner=(begin[-2], begin[-1]), size=(extent[-2], extent[-1]))
    if len(begin) > _PLANE:
        changed = replace(changed, first=begin[-3], last=begin[-3] + extent[-3] - 1)
    return changed


def _corners(drawn: DrawnBox) -> np.ndarray[Any, Any]:
    """Rectangle around the voxels; their edges are half a voxel from their middles."""
    (y, x), (height, width) = drawn.corner, drawn.size
    low, high = np.array([y, x]) - 0.5, np.array([y + height, x + width]) - 0.5
    return np.array([low, [low[0], high[1]], high, [high[0], low[1]]])


def _kind(value: Any) -> BoxKind:
    return value if value in get_args(BoxKind) else "train"


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float | np.number) and value == value else 0


def _edge_width(labels: Labels) -> float:
    """So that a rectangle is seen from afar, in voxels."""
    return max(0.5, max(labels.data.shape[-_PLANE:]) / 200)
