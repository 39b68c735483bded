"""The product of two arrays."""

from __future__ import annotations

import gunpowder as gp

__all__ = ["Product"]


class Product(gp.BatchFilter):
    """Provides ``y = x1 * x2``, voxel by voxel.

    Parameters
    ----------
    x1_key, x2_key
        The factors.
    y_key
        The key of the product.
    """

    def __init__(self, x1_key: gp.ArrayKey, x2_key: gp.ArrayKey, y_key: gp.ArrayKey) -> None:
        self.x1_key = x1_key
        self.x2_key = x2_key
        self.y_key = y_key

    def setup(self) -> None:
        """Announce the product with the first factor's spec."""
        self.enable_autoskip()
        self.provides(self.y_key, self.spec[self.x1_key].copy())

    def prepare(self, request: gp.BatchRequest) -> gp.BatchRequest:
        """Ask for both factors where the product is asked for."""
        deps = gp.BatchRequest()
        deps[self.x1_key] = request[self.y_key].copy()
        deps[self.x2_key] = request[self.y_key].copy()
        return deps

    def process(self, batch: gp.Batch, request: gp.BatchRequest) -> gp.Batch:
        """Multiply."""
        spec = batch[self.x1_key].spec.copy()
        outputs = gp.Batch()
        outputs[self.y_key] = gp.Array(batch[self.x1_key].data * batch[self.x2_key].data, spec)
        return outputs
