"""World units: exact lengths in nanometres, and the whole numbers that a run counts in.

funlib.geometry holds integers and truncates silently, so a run counts in nanometres where every
voxel size and offset is whole in them, else in picometres; the exact value stays beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Literal

from dacapo_engine.errors import DataError

__all__ = [
    "WorldUnit",
    "exact_number",
    "exact_sizes",
    "format_lengths",
    "from_world",
    "nanometres_per",
    "nearest",
    "to_world",
    "whole_ratio",
    "world_unit",
]

WorldUnit = Literal["nm", "pm"]

_NANOMETRES: dict[str, Fraction] = {
    name: Fraction(size)
    for names, size in (
        (("pm", "picometer", "picometre"), "0.001"),
        (("å", "ångström", "angstrom"), "0.1"),
        (("nm", "nanometer", "nanometre"), "1"),
        (("um", "µm", "μm", "micron", "micrometer", "micrometre"), "1000"),
        (("mm", "millimeter", "millimetre"), "1000000"),
        (("cm", "centimeter", "centimetre"), "10000000"),
        (("m", "meter", "metre"), "1000000000"),
    )
    for name in names
}
_UNKNOWN = frozenset({"", "pixel", "px", "voxel", "vx", "unit", "none", "dimensionless"})
_PER_WORLD_UNIT: dict[WorldUnit, Fraction] = {"nm": Fraction(1), "pm": Fraction(1, 1000)}
# Voxel sizes are written with three or four digits: a drift of one voxel in a thousand is theirs.
_RATIO_TOLERANCE = Fraction(1, 1000)


def nanometres_per(unit: str | None) -> Fraction | None:
    """Nanometres in one `unit`, or None where the unit says nothing ("pixel", "", None).

    Raises
    ------
    DataError
        If `unit` is no unit of length.
    """
    word = (unit or "").strip().lower()
    singular = word.removesuffix("s") if len(word) > len("nms") else word
    for candidate in (word, singular):
        if candidate in _UNKNOWN:
            return None
        if candidate in _NANOMETRES:
            return _NANOMETRES[candidate]
    raise DataError(
        f"{unit!r} is not a unit of length.",
        hint="Use nm, um, mm, m, angstrom or pm, or 'pixel' where the size is not known.",
    )


def exact_number(value: Any) -> Fraction:
    """The decimal number that `value` is written as: 283.718 is 283718/1000, no binary fraction.

    Raises
    ------
    DataError
        If `value` is not a finite number.
    """
    try:
        if math.isfinite(float(value)):
            return value if isinstance(value, Fraction) else Fraction(str(value))
    except (TypeError, ValueError):
        pass
    raise DataError(f"Expected a finite number, got {value!r}.")


def exact_sizes(
    values: Sequence[Any], *, what: str = "Voxel size", place: str = ""
) -> tuple[Fraction, ...]:
    """Exact numbers, all above zero; otherwise a DataError that names `what` and `place`."""
    try:
        numbers = tuple(exact_number(value) for value in values)
    except DataError as error:
        raise DataError(f"{what}: {error.message}", place=place) from error
    if any(number <= 0 for number in numbers):
        shown = ", ".join(str(value) for value in values)
        raise DataError(
            f"{what} must be above zero along every axis, got {shown}.",
            hint="Correct the metadata of the volume.",
            place=place,
        )
    return numbers


def world_unit(lengths_nm: Iterable[Fraction]) -> WorldUnit:
    """``nm`` if every length is whole in nanometres, else ``pm``."""
    return "nm" if all(length.denominator == 1 for length in lengths_nm) else "pm"


def nearest(value: Fraction) -> int:
    """The nearest whole number; halves go up, so that shifting by whole numbers commutes."""
    return math.floor(value + Fraction(1, 2))


def to_world(length_nm: Fraction, unit: WorldUnit) -> int:
    """`length_nm` in whole `unit`, rounded to the nearest."""
    return nearest(length_nm / _PER_WORLD_UNIT[unit])


def from_world(length: int, unit: WorldUnit) -> Fraction:
    """A whole number of `unit` as exact nanometres."""
    return length * _PER_WORLD_UNIT[unit]


def whole_ratio(large: Fraction, small: Fraction) -> int | None:
    """How often `small` goes into `large`, or None where that is not a whole number.

    Judged on the exact sizes with a tolerance of one in a thousand.
    """
    ratio = large / small
    times = nearest(ratio)
    if times < 1 or abs(ratio - times) > _RATIO_TOLERANCE * ratio:
        return None
    return times


def format_lengths(lengths_nm: Sequence[Fraction | float], known: bool = True) -> str:
    """Lengths as people write them: ``10 nm``, ``283.718 x 126.786 x 126.786 nm``, ``1 voxel``."""
    texts = [f"{float(length):.10g}" for length in lengths_nm]
    text = texts[0] if len(set(texts)) == 1 else " x ".join(texts)
    return f"{text} {'nm' if known else 'voxel (size not known)'}"
