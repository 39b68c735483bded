"""What the patches show that the network learns from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dacapo_engine.checks.finding import Finding
from dacapo_engine.checks.trial import Patches

__all__ = ["check_balance", "check_patches"]

_MANY_EMPTY, _RARE = 0.5, 0.01


def check_patches(patches: Patches) -> tuple[Finding, dict[str, float]]:
    """How many of the patches show no labelled object, and how much of them is labelled."""
    count = len(patches.raw)
    known = patches.mask.reshape(count, -1) > 0
    objects = patches.gt.reshape(count, -1) > 0
    if objects.shape == known.shape:
        objects &= known
    empty = int((~objects.any(axis=1)).sum())
    share = float(known.mean())
    figures = {"empty_share": empty / count, "patch_labelled_share": share, "num_patches": count}
    shown = f"{empty} of {count} random patches show no object"
    if not empty:
        shown = f"All {count} random patches show an object"
    text = f"{shown}; {100 * share:.0f}\u00a0% of their voxels are labelled."
    if empty == count:
        hint = "Label objects, or check that labels and raw show the same place."
        return Finding("patches", "red", text, hint), figures
    if empty / count > _MANY_EMPTY:
        hint = "Raise the smallest share of objects under Model, Advanced, or use larger patches."
        return Finding("patches", "amber", text, hint), figures
    if any(np.ptp(raw) == 0 for raw in patches.raw):
        hint = "Check the range of raw, or leave out where there is no image."
        return Finding(
            "patches", "amber", f"Some patches of raw are all one value. {text}", hint
        ), (figures)
    return Finding("patches", "green", text), figures


def check_balance(patches: Patches) -> tuple[Iterator[Finding], dict[str, float]]:
    """Which share of what is predicted is 1; nothing where the target is no yes or no."""
    target, counts = patches.target, patches.weight > 0
    values = target[counts]
    if not values.size or not np.isin(values[:: max(1, values.size // 10_000)], (0, 1)).all():
        return iter(()), {}
    channels = range(target.shape[1])
    shares = [_share(target[:, channel], counts[:, channel]) for channel in channels]
    rare = sum(min(share, 1 - share) < _RARE for share in shares)
    mean = float(np.mean(shares))
    ones, zeros = f"{100 * mean:.0f}\u00a0%", f"{100 * (1 - mean):.0f}\u00a0%"
    text = f"The target is 1 in {ones} of the voxels that count, 0 in {zeros}."
    if len(shares) > 1 and max(shares) - min(shares) > 0.1:
        least = f"{100 * min(shares):.1f}" if min(shares) < 0.1 else f"{100 * min(shares):.0f}"
        most = f"{100 * max(shares):.0f}\u00a0%"
        text = f"The target is 1 in {least} to {most} of the voxels, by channel."
    hint = "Label more of what is rare; the loss counts it more, but it has to be seen."
    finding = Finding("balance", "amber", text, hint) if rare else Finding("balance", "green", text)
    return iter((finding,)), {"positive_share": mean}


def _share(target: np.ndarray, counts: np.ndarray) -> float:
    return float(target[counts].mean()) if counts.any() else 0.5
