"""Gaussian noise of a strength drawn anew for each sample."""

from __future__ import annotations

import random

import gunpowder as gp
import numpy as np

__all__ = ["NoiseAugment"]


class NoiseAugment(gp.BatchFilter):
    """Adds Gaussian noise.

    Parameters
    ----------
    raw_key
        Intensities, floats.
    std
        Largest standard deviation; that of a sample is drawn between 0 and it, uniformly.
    probability
        Share of the samples that are changed.
    clip
        Keep the result between 0 and 1.
    """

    def __init__(
        self, raw_key: gp.ArrayKey, std: float, probability: float = 1.0, clip: bool = False
    ) -> None:
        self.raw_key = raw_key
        self.std = std
        self.probability = probability
        self.clip = clip

    def setup(self) -> None:
        """Raw is what changes."""
        self.enable_autoskip()
        self.updates(self.raw_key, self.spec[self.raw_key])

    def skip_node(self, request: gp.BatchRequest) -> bool:
        """Whether this sample is left as it is."""
        return random.random() > self.probability

    def process(self, batch: gp.Batch, request: gp.BatchRequest) -> None:
        """Draw the noise and add it."""
        generator = np.random.default_rng(random.getrandbits(64))
        raw = batch[self.raw_key]
        noise = generator.standard_normal(raw.data.shape, dtype=np.float32)
        strength = np.float32(random.uniform(0, self.std))
        noisy = raw.data + strength * noise
        raw.data = (np.clip(noisy, 0, 1) if self.clip else noisy).astype(raw.data.dtype)
