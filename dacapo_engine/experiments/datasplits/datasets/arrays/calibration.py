"""Axes, voxel size, offset and units as the usual attributes tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dacapo_engine.errors import DataError
from dacapo_engine.units import exact_number, exact_sizes

__all__ = ["Calibration", "find_calibration"]

_SIZE_KEYS = ("voxel_size", "resolution")
_AXES_KEYS = ("axis_names", "axes")
_UNIT_KEYS = ("units", "unit")
_AXIS_WORDS = {
    "sample": "s",
    "samples": "s",
    "image": "s",
    "images": "s",
    "time": "t",
    "channel": "c",
    "channels": "c",
    "depth": "z",
    "height": "y",
    "width": "x",
}


@dataclass(frozen=True)
class Calibration:
    """What metadata say; None where they say nothing.

    `sizes` and `offset` have one number per axis, or one per spatial axis, in `units`.
    """

    axes: tuple[str, ...] | None = None
    sizes: tuple[Fraction, ...] | None = None
    offset: tuple[Fraction, ...] | None = None
    units: tuple[str, ...] | None = None
    is_ome: bool = False


def find_calibration(
    chain: Sequence[tuple[str, Mapping[str, Any]]],
    ndim: int,
    *,
    ome_first: bool = False,
    reversed_axes: bool = False,
    place: str = "",
) -> Calibration:
    """The calibration of an array from its attributes and those of the groups around it.

    Parameters
    ----------
    chain
        From ``attribute_chain``: innermost first, the array's own at least.
    ndim
        Axes of the array.
    ome_first
        Prefer OME-Zarr metadata to attributes of the array itself.
    reversed_axes
        Whether ``resolution`` without axis names is in x, y, z order, as n5 tools write it.
    """
    own = _from_attributes(chain[0][1], reversed_axes, place)
    ome = next((c for path, attrs in chain if (c := _from_ome(attrs, path, place))), None)
    if ome is not None and (ome_first or own.sizes is None):
        return ome
    if own.sizes is not None:
        return own
    for _, attrs in chain[1:]:
        around = _from_attributes(attrs, reversed_axes, place)
        if around.sizes is not None and len(around.sizes) <= ndim:
            fits = around.axes is not None and len(around.axes) == ndim
            return Calibration(
                own.axes or (around.axes if fits else None),
                around.sizes,
                own.offset or around.offset,
                own.units or around.units,
            )
    return own


def _from_attributes(attrs: Mapping[str, Any], reversed_axes: bool, place: str) -> Calibration:
    axes = _axis_names(_first(attrs, _AXES_KEYS))
    key = next((key for key in _SIZE_KEYS if attrs.get(key) is not None), "")
    sizes = attrs.get(key)
    offset, units = attrs.get("offset"), _first(attrs, _UNIT_KEYS)
    if isinstance(units, str):
        units = [units] * len(sizes or axes or ())
    flip = reversed_axes and axes is None and key == "resolution"
    order = slice(None, None, -1) if flip else slice(None)
    return Calibration(
        axes,
        None if sizes is None else exact_sizes(_numbers(sizes), place=place)[order],
        None if offset is None else _exact(offset, "Offset", place)[order],
        None if units is None else tuple(str(unit or "") for unit in units)[order],
    )


def _from_ome(attrs: Mapping[str, Any], path: str, place: str) -> Calibration | None:
    for image in attrs.get("multiscales") or ():
        levels = image.get("datasets") or []
        level = next((level for level in levels if level.get("path") == path), None)
        if level is None:
            continue
        axes = image.get("axes") or ()
        sizes, shift = _transform(level, image, place)
        finest, finest_shift = _transform(levels[0], image, place)
        if sizes and finest and shift and shift != (finest_shift or (0,) * len(shift)):
            # OME places the centres of voxels, regions begin at corners. Writers that leave the
            # translation of coarse levels out mean a common corner.
            shift = tuple(t - (s - f) / 2 for t, s, f in zip(shift, sizes, finest, strict=True))
        return Calibration(
            _axis_names(axes),
            sizes,
            shift,
            tuple(str(a.get("unit", "")) if isinstance(a, Mapping) else "" for a in axes) or None,
            is_ome=True,
        )
    return None


def _transform(
    level: Mapping[str, Any], image: Mapping[str, Any], place: str
) -> tuple[tuple[Fraction, ...] | None, tuple[Fraction, ...] | None]:
    """Scale and translation of a level: its own transformations, then those of the image."""
    scale: tuple[Fraction, ...] | None = None
    shift: tuple[Fraction, ...] | None = None
    for holder in (level, image):
        for step in holder.get("coordinateTransformations") or ():
            if step.get("type") == "scale":
                factor = exact_sizes(_listed(step, "scale", place), what="Scale", place=place)
                scale = factor if scale is None else _times(scale, factor)
                shift = None if shift is None else _times(shift, factor)
            elif step.get("type") == "translation":
                moved = _exact(_listed(step, "translation", place), "Translation", place)
                shift = moved if shift is None else _plus(shift, moved)
    return scale, shift


def _listed(step: Mapping[str, Any], kind: str, place: str) -> list[Any]:
    values = step.get(kind)
    if not isinstance(values, list):
        raise DataError(f"The OME-Zarr {kind} is not a list of numbers.", place=place)
    return values


def _times(a: Sequence[Fraction], b: Sequence[Fraction]) -> tuple[Fraction, ...]:
    return tuple(x * y for x, y in zip(a, b, strict=True))


def _plus(a: Sequence[Fraction], b: Sequence[Fraction]) -> tuple[Fraction, ...]:
    return tuple(x + y for x, y in zip(a, b, strict=True))


def _first(attrs: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((attrs[key] for key in keys if attrs.get(key)), None)


def _numbers(values: Any) -> Sequence[Any]:
    return values if isinstance(values, list | tuple) else (values,)


def _exact(values: Any, what: str, place: str) -> tuple[Fraction, ...]:
    try:
        return tuple(exact_number(value) for value in _numbers(values))
    except DataError as error:
        raise DataError(f"{what}: {error.message}", place=place) from error


def _axis_names(axes: Any) -> tuple[str, ...] | None:
    """Names as s, t, c, z, y, x; None unless all of them are understood."""
    if not isinstance(axes, list | tuple) or not axes:
        return None
    names = []
    for axis in axes:
        word = str(axis.get("name", "") if isinstance(axis, Mapping) else axis).strip().lower()
        kind = str(axis.get("type", "")) if isinstance(axis, Mapping) else ""
        plain = word.rstrip("^")
        name = "c" if kind == "channel" else _AXIS_WORDS.get(plain, plain)
        names.append("c" if word.endswith("^") and name not in "stczyx" else name)
    valid = all(len(name) == 1 and name in "stczyx" for name in names)
    return tuple(names) if valid and len(set(names)) == len(names) else None
