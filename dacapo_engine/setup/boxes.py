"""Boxes of voxels: begin and shape, one number per axis."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Box", "box_slices", "box_words", "clip_box", "neighbours", "overlap", "remainder"]

Box = tuple[tuple[int, ...], tuple[int, ...]]
"""Begin and shape in voxels, spatial axes only."""


def box_slices(box: Box) -> tuple[slice, ...]:
    """The box as an index."""
    return tuple(slice(b, b + n) for b, n in zip(*box, strict=True))


def neighbours(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Rows of ascending numbers without a gap: the first one of each, and how many there are."""
    rows: list[tuple[int, int]] = []
    for number in numbers:
        if rows and sum(rows[-1]) == number:
            rows[-1] = rows[-1][0], rows[-1][1] + 1
        else:
            rows.append((number, 1))
    return rows


def clip_box(box: Box, shape: Sequence[int]) -> Box | None:
    """What of a box lies in a volume; None where nothing does."""
    return overlap(box, ((0,) * len(shape), tuple(shape)))


def overlap(one: Box, other: Box) -> Box | None:
    """What two boxes have in common; None where they have nothing."""
    begin = tuple(map(max, one[0], other[0]))
    ends = tuple(min(a + n, b + m) for a, n, b, m in zip(*one, *other, strict=True))
    if any(end <= start for start, end in zip(begin, ends, strict=True)):
        return None
    return begin, tuple(end - start for start, end in zip(begin, ends, strict=True))


def remainder(box: Box, taken: Box) -> list[Box]:
    """Boxes that together are all of `box` but `taken`; the largest one is as large as can be."""
    common = overlap(box, taken)
    if common is None:
        return [box]
    left: list[Box] = []
    begin, shape = list(box[0]), list(box[1])
    for axis in sorted(range(len(shape)), key=lambda axis: _sides(box, common, axis)):
        first, count = common[0][axis], common[1][axis]
        for start, stop in ((begin[axis], first), (first + count, begin[axis] + shape[axis])):
            if stop > start:
                part_begin, part_shape = [*begin], [*shape]
                part_begin[axis], part_shape[axis] = start, stop - start
                left.append((tuple(part_begin), tuple(part_shape)))
        begin[axis], shape[axis] = first, count
    return left


def box_words(box: Box, axes: Sequence[str]) -> str:
    """A box in words: ``z 10 to 19, y 0 to 99, x 5 to 50``, its last voxels included."""
    return ", ".join(
        f"{axis} {begin} to {begin + extent - 1}"
        for axis, begin, extent in zip(axes, *box, strict=True)
    )


def _sides(box: Box, taken: Box, axis: int) -> float:
    """How little of `box` is left beside `taken` along an axis: that with the most comes first."""
    return taken[1][axis] / box[1][axis]
