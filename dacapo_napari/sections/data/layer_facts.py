"""What is said about the volume chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dacapo_engine.experiments.datasplits.datasets.arrays.axis_order import describe_shape
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.units import format_lengths
from dacapo_napari.volumes.layer_volume import LayerVolume

if TYPE_CHECKING:
    from fractions import Fraction

    from napari.layers import Layer

__all__ = ["objects_words", "place_events", "range_words", "shape_words", "space_sizes",
           "voxel_size_words"]  # fmt: skip

_SPACE = frozenset("zyx")
_FEW_LEVELS = 8
_HUGE = 1e6


def shape_words(volume: LayerVolume, axes_known: bool = True, count: int = 1) -> tuple[str, str]:
    """Shape, what the axes are, and the type of the values; and what is doubtful about it.

    Parameters
    ----------
    count
        How many images there are, of which `volume` is the first.
    """
    first = f"the first of {count}: " if count > 1 else ""
    words = f"{first}{describe_shape(volume.shape, volume.axes)} ({volume.data.dtype})"
    doubt = len(volume.axes) > 2 and not axes_known
    return words, "assumed: the file does not say what its axes are" if doubt else ""


def space_sizes(volume: LayerVolume) -> dict[str, Fraction]:
    """Voxel size in nanometres along those of z, y, x that there are."""
    pairs = zip(volume.spatial_axes, volume.voxel_size, strict=True)
    return {axis: size for axis, size in pairs if axis in _SPACE}


def voxel_size_words(
    told: LayerVolume, said: LayerVolume, *, is_set: bool = False
) -> tuple[str, str]:
    """The voxel size, and what is doubtful about it.

    Parameters
    ----------
    told, said
        The image as layer or file say, and with what the user said of it.
    is_set
        Whether the user said a size, and not only how far slices are apart.
    """
    source = "layer" if told.file is None else "file"
    size = format_lengths(list(space_sizes(said).values()))
    if is_set:
        return f"{size} (set here)", ""
    if not told.known:
        proportions = list(space_sizes(said).values())
        fact = "" if len(set(proportions)) == 1 else f"{_times(proportions)} (set here)"
        why = "has no unit and a scale of 1" if source == "layer" else "does not say"
        return fact, f"not known: the {source} {why}"
    if not told.has_unit:
        return size, f"taken as nm: the {source} has a scale and no unit"
    return f"{size} (from the {source})", ""


def range_words(facts: VolumeFacts, said: tuple[float, float] | None) -> tuple[str, str]:
    """Which intensities become 0 and 1, and what is doubtful about them."""
    low, high = facts.intensity_range
    measured = "measured in parts of it" if facts.sampled else "measured"
    if said is None:
        return f"{low:.6g} to {high:.6g} become 0 to 1 ({measured})", _odd(facts)
    doubt = ""
    if said[1] <= low or said[0] >= high:
        doubt = f"nearly all values lie outside: {low:.6g} to {high:.6g} was measured"
    elif said[1] - said[0] > 20 * (high - low):
        doubt = f"most of it is empty: {low:.6g} to {high:.6g} was measured"
    return f"{said[0]:.6g} to {said[1]:.6g} become 0 to 1 (set here)", doubt


def objects_words(facts: VolumeFacts, partial: bool = False) -> str:
    """How many objects there are, and how much they cover: of the volume, or of what counts."""
    some = "at least " if facts.sampled else ""
    plural = "" if facts.num_objects == 1 else "s"
    share = f"{100 * facts.foreground_share:.0f}\u00a0%"
    whole = "what counts" if partial else "the voxels"
    return f"{some}{facts.num_objects:,} object{plural} on {share} of {whole}"


def place_events(layer: Layer) -> list[Any]:
    """The events of a layer that tell that it lies elsewhere."""
    events = layer.events
    return [
        events.scale,
        events.translate,
        events.units,
        events.affine,
        events.rotate,
        events.shear,
    ]


def _odd(facts: VolumeFacts) -> str:
    low, high = facts.intensity_range
    whole = not facts.dtype.startswith("float")
    if whole and high - low < _FEW_LEVELS and facts.dtype != "bool":
        return "very few grey levels: is this the image, and not its labels?"
    if not whole and max(abs(low), abs(high)) > _HUGE:
        return "very large values: is this the image?"
    if not whole and high - low < abs(high) * 1e-3:
        return "nearly all values are the same"
    return ""


def _times(sizes: list[Fraction]) -> str:
    texts = [f"{float(size):.10g}" for size in sizes]
    return f"{' x '.join(texts)} pixels"
