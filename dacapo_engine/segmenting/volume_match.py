"""Whether a volume looks to a network as those did that it was trained on, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from dacapo_engine.segmenting.trained_on import TrainedOn
from dacapo_engine.units import format_lengths

__all__ = ["VolumeMatch", "match_volume"]

# Scale augments cover less than this; saying it would only worry people.
_SAME_SIZE = Fraction(1, 20)
_SAME_RANGE = 0.25
_NOT_SPACE = frozenset({"s", "t"})


@dataclass(frozen=True)
class VolumeMatch:
    """What differs between a volume and what a run was trained on.

    Attributes
    ----------
    voxel_size
        To which the volume has to be resampled, in nanometres; None where it fits.
    size_text, resampling
        Where it does not fit: how, and what resampling would do: ``Trained at 8 nm, this is
        4 nm``, ``halved``.
    intensity_range
        What became 0 and 1 in training, where this volume has another range that matters.
    range_text
        Then: how it differs.
    """

    voxel_size: tuple[Fraction, ...] | None = None
    size_text: str = ""
    resampling: str = ""
    intensity_range: tuple[float, float] | None = None
    range_text: str = ""


def match_volume(
    trained: TrainedOn | None,
    axes: Sequence[str],
    voxel_size: Sequence[Fraction] | None,
    intensity_range: tuple[float, float] | None = None,
) -> VolumeMatch:
    """Compare a volume with what a run was trained on.

    Parameters
    ----------
    trained
        None where it is not known; then nothing is said to differ.
    axes
        Of the volume, with channels.
    voxel_size
        In nanometres for each spatial axis; None where it is not known.
    intensity_range
        Of the volume; None where it was not measured.
    """
    if trained is None:
        return VolumeMatch()
    spatial = [axis for axis in axes if axis != "c"]
    size, size_text, resampling = _other_size(trained, spatial, voxel_size)
    intensities, range_text = _other_range(trained, intensity_range)
    return VolumeMatch(size, size_text, resampling, intensities, range_text)


def _other_size(
    trained: TrainedOn, spatial: Sequence[str], voxel_size: Sequence[Fraction] | None
) -> tuple[tuple[Fraction, ...] | None, str, str]:
    known = trained.voxel_size
    if known is None or voxel_size is None or len(known) != len(voxel_size):
        return None, "", ""
    wanted = tuple(
        old if axis in _NOT_SPACE or abs(new / old - 1) <= _SAME_SIZE else new
        for axis, old, new in zip(spatial, voxel_size, known, strict=True)
    )
    if wanted == tuple(voxel_size):
        return None, "", ""
    space = [number for number, axis in enumerate(spatial) if axis not in _NOT_SPACE]
    then, now, first = ([sizes[n] for n in space] for sizes in (known, voxel_size, wanted))
    text = f"Trained at {format_lengths(then)}, this is {format_lengths(now)}"
    return wanted, text, _resampling(first, now)


def _resampling(wanted: Sequence[Fraction], voxel_size: Sequence[Fraction]) -> str:
    factors = {new / old for new, old in zip(wanted, voxel_size, strict=True)}
    if factors == {Fraction(2)}:
        return "halved"
    if factors == {Fraction(1, 2)}:
        return "doubled"
    return f"resampled to {format_lengths(wanted)}"


def _other_range(
    trained: TrainedOn, found: tuple[float, float] | None
) -> tuple[tuple[float, float] | None, str]:
    known = trained.intensity_range
    if known is None or found is None or trained.even_contrast:
        return None, ""
    most = _SAME_RANGE * (known[1] - known[0])
    if all(abs(a - b) <= most for a, b in zip(known, found, strict=True)):
        return None, ""
    text = (
        f"Trained on intensities from {known[0]:,.6g} to {known[1]:,.6g}, "
        f"these run from {found[0]:,.6g} to {found[1]:,.6g}"
    )
    return known, text
