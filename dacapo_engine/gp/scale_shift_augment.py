"""The same linear change of intensities for every sample."""

from __future__ import annotations

import random

import gunpowder as gp

__all__ = ["ScaleShiftAugment"]


class ScaleShiftAugment(gp.BatchFilter):
    """Changes raw to ``raw * scale + shift``.

    Parameters
    ----------
    raw_key
        Intensities, floats.
    scale, shift
        The change.
    probability
        Share of the samples that are changed.
    """

    def __init__(
        self, raw_key: gp.ArrayKey, scale: float, shift: float, probability: float = 1.0
    ) -> None:
        self.raw_key = raw_key
        self.scale = scale
        self.shift = shift
        self.probability = probability

    def setup(self) -> None:
        """Raw is what changes."""
        self.enable_autoskip()
        self.updates(self.raw_key, self.spec[self.raw_key])

    def skip_node(self, request: gp.BatchRequest) -> bool:
        """Whether this sample is left as it is."""
        return random.random() > self.probability

    def process(self, batch: gp.Batch, request: gp.BatchRequest) -> None:
        """Apply the change."""
        raw = batch[self.raw_key]
        raw.data = (raw.data * self.scale + self.shift).astype(raw.data.dtype)
