"""What is said of a segmentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dacapo_napari.volumes.view_box import VoxelBox

__all__ = ["count_words", "score_words", "tried_words"]

_SCORES = {
    "voi": "VOI {:.3f}",
    "adapted_rand_error": "adapted Rand error {:.3f}",
    "ap50": "AP50 {:.3f}",
}
_WRONG = ("merged", "split", "missed", "invented")
_MOST_SCORES = 3


def count_words(count: int, name: str, weights: str = "") -> str:
    """How many objects there are, and where: ``96 objects in 'run segmentation'``."""
    many = "s" * (count != 1)
    with_ = f", with {weights}" if weights else ""
    return f"{count:,} object{many} in '{name}'{with_}."


def tried_words(result: Mapping[str, Any], box: VoxelBox | None) -> str:
    """What was tried: ``31 objects in 64 x 96 x 96 voxels in view, 0.5 s``; None for all."""
    count = int(result["count"])
    many = "s" * (count != 1)
    where = ""
    if box is not None:
        where = f" in {' x '.join(str(part.stop - part.start) for part in box)} voxels in view"
    return f"{count:,} object{many}{where}, {result['seconds']:.1f} s."


def score_words(result: Mapping[str, Any]) -> str:
    """How good it is: ``91 of 104 objects right, 6 merged. VOI 0.310``; may be empty."""
    sentences = [_objects(result.get("objects") or {}), _scores(result.get("scores") or {})]
    return " ".join(f"{sentence}." for sentence in sentences if sentence)


def _objects(objects: Mapping[str, int]) -> str:
    true = sum(objects.get(kind, 0) for kind in ("right", "merged", "split", "missed"))
    if not true:
        return ""
    parts = [f"{objects.get('right', 0):,} of {true:,} objects right"]
    parts += [f"{objects[kind]:,} {kind}" for kind in _WRONG if objects.get(kind)]
    return ", ".join(parts)


def _scores(scores: Mapping[str, Any]) -> str:
    known = {name: value for name, value in scores.items() if isinstance(value, int | float)}
    parts = [text.format(known[name]) for name, text in _SCORES.items() if name in known]
    if not parts:
        parts = [f"{name.replace('_', ' ')} {value:.3f}" for name, value in known.items()]
    return ", ".join(parts[:_MOST_SCORES])
