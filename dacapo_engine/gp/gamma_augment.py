"""A brightness curve, drawn anew for each sample."""

from __future__ import annotations

import math
import random

import gunpowder as gp
import numpy as np

__all__ = ["GammaAugment"]


class GammaAugment(gp.BatchFilter):
    """Raises raw, scaled to [0, 1] within the sample, to a random power.

    Parameters
    ----------
    raw_key
        Intensities, floats.
    gamma_range
        Interval of exponents, from which one is drawn uniformly on a logarithmic scale.
    probability
        Share of the samples that are changed.
    """

    def __init__(
        self, raw_key: gp.ArrayKey, gamma_range: tuple[float, float], probability: float = 1.0
    ) -> None:
        self.raw_key = raw_key
        self.gamma_range = gamma_range
        self.probability = probability

    def setup(self) -> None:
        """Raw is what changes."""
        self.enable_autoskip()
        self.updates(self.raw_key, self.spec[self.raw_key])

    def skip_node(self, request: gp.BatchRequest) -> bool:
        """Whether this sample is left as it is."""
        return random.random() > self.probability

    def process(self, batch: gp.Batch, request: gp.BatchRequest) -> None:
        """Draw gamma and apply it."""
        low, high = map(math.log, self.gamma_range)
        gamma = math.exp(random.uniform(low, high))
        raw = batch[self.raw_key]
        darkest, brightest = float(raw.data.min()), float(raw.data.max())
        extent = brightest - darkest
        if extent <= 0:
            return
        curved = np.power((raw.data - darkest) / extent, gamma) * extent + darkest
        raw.data = curved.astype(raw.data.dtype)
