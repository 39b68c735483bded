"""Boxes as somebody types them: ``z=10``, ``z=20:25``, ``z=0:40 y=100:200``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dacapo_engine.errors import ConfigError
from dacapo_engine.setup.boxes import Box, clip_box

__all__ = ["TypedBox", "boxes_in", "boxes_text", "parse_boxes"]

_RANGE = re.compile(r"([stzyx])\s*=\s*(\d+)(?:\s*:\s*(\d+))?")
_HINT = "Write z=10 for one slice, z=20:25 for slices 20 to 24, z=0:40 y=100:200 for a box."


@dataclass(frozen=True)
class TypedBox:
    """Ranges of voxels along some axes; all along the others.

    Attributes
    ----------
    ranges
        Name of an axis, first voxel, and the one after the last.
    """

    ranges: tuple[tuple[str, int, int], ...]

    def __str__(self) -> str:
        return " ".join(f"{axis}={first}:{after}" for axis, first, after in self.ranges)


def parse_boxes(text: str) -> tuple[TypedBox, ...]:
    """Boxes parted by commas.

    Raises
    ------
    ConfigError
        If one of them is none.
    """
    return tuple(_parse_box(part.strip()) for part in text.split(","))


def boxes_text(boxes: Sequence[Box], axes: Sequence[str], shape: Sequence[int]) -> str:
    """Boxes as they would be typed, without the axes along which they are the whole volume."""
    return ", ".join(_box_text(box, axes, shape) for box in boxes)


def boxes_in(typed: Sequence[TypedBox], axes: Sequence[str], shape: Sequence[int]) -> list[Box]:
    """The voxels that typed boxes mean in a volume.

    Parameters
    ----------
    typed
        Boxes of which nothing is said of some axes.
    axes, shape
        Of the labels, without channels.

    Raises
    ------
    ConfigError
        If a box names an axis that is not there, or lies outside.
    """
    return [_box_in(box, axes, shape) for box in typed]


def _box_text(box: Box, axes: Sequence[str], shape: Sequence[int]) -> str:
    ranges = [
        f"{axis}={begin}" if extent == 1 else f"{axis}={begin}:{begin + extent}"
        for axis, begin, extent, whole in zip(axes, *box, shape, strict=True)
        if extent < whole
    ]
    return " ".join(ranges) or f"{axes[0]}=0:{shape[0]}"


def _parse_box(text: str) -> TypedBox:
    ranges = []
    for match in _RANGE.finditer(text):
        axis, first, after = match[1], int(match[2]), match[3]
        ranges.append((axis, first, first + 1 if after is None else int(after)))
    rest = _RANGE.sub("", text).strip()
    names = [axis for axis, _, _ in ranges]
    if rest or not ranges or len(set(names)) < len(names):
        raise ConfigError(f"{text!r} is no box.", hint=_HINT)
    if any(after <= first for _, first, after in ranges):
        raise ConfigError(f"{text!r} is an empty box.", hint=_HINT)
    return TypedBox(tuple(ranges))


def _box_in(typed: TypedBox, axes: Sequence[str], shape: Sequence[int]) -> Box:
    begin, ends = [0] * len(shape), list(shape)
    for axis, first, after in typed.ranges:
        if axis not in axes:
            raise ConfigError(
                f"{typed} names the axis {axis}; labels have {', '.join(axes)}.", hint=_HINT
            )
        number = list(axes).index(axis)
        begin[number], ends[number] = first, after
    box = tuple(begin), tuple(end - start for start, end in zip(begin, ends, strict=True))
    inside = clip_box(box, shape)
    if inside is None:
        raise ConfigError(
            f"{typed} lies outside of the labels, which are {' x '.join(map(str, shape))} voxels."
        )
    return inside
