"""Brightness and contrast, drawn anew for each sample."""

from __future__ import annotations

import random

import gunpowder as gp
import numpy as np

__all__ = ["IntensityAugment"]


class IntensityAugment(gp.BatchFilter):
    """Changes raw to ``mean + (raw - mean) * scale + shift``.

    Parameters
    ----------
    raw_key
        Intensities, floats that run from 0 to 1.
    scale, shift
        Intervals from which one number each is drawn, uniformly.
    clip
        Keep the result between 0 and 1.
    probability
        Share of the samples that are changed.
    """

    def __init__(
        self,
        raw_key: gp.ArrayKey,
        scale: tuple[float, float],
        shift: tuple[float, float],
        clip: bool = True,
        probability: float = 1.0,
    ) -> None:
        self.raw_key = raw_key
        self.scale = scale
        self.shift = shift
        self.clip = clip
        self.probability = probability

    def setup(self) -> None:
        """Raw is what changes."""
        self.enable_autoskip()
        self.updates(self.raw_key, self.spec[self.raw_key])

    def skip_node(self, request: gp.BatchRequest) -> bool:
        """Whether this sample is left as it is."""
        return random.random() > self.probability

    def process(self, batch: gp.Batch, request: gp.BatchRequest) -> None:
        """Draw scale and shift and apply them."""
        raw = batch[self.raw_key]
        mean = raw.data.mean()
        scale, shift = random.uniform(*self.scale), random.uniform(*self.shift)
        raw.data = (mean + (raw.data - mean) * scale + shift).astype(raw.data.dtype)
        if self.clip:
            raw.data = np.clip(raw.data, 0, 1)
