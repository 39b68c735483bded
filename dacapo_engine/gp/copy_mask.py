"""A mask under a second key."""

from __future__ import annotations

import gunpowder as gp

__all__ = ["CopyMask"]


class CopyMask(gp.BatchFilter):
    """Copies a mask, so that one copy can be padded and the other bounds the sampling.

    Parameters
    ----------
    array_key
        The mask.
    copy_key
        The key of the copy.
    drop_channels
        Whether the copy is the maximum over the mask's channels.
    """

    def __init__(
        self, array_key: gp.ArrayKey, copy_key: gp.ArrayKey, drop_channels: bool = False
    ) -> None:
        self.array_key = array_key
        self.copy_key = copy_key
        self.drop_channels = drop_channels

    def setup(self) -> None:
        """Announce the copy with the mask's spec."""
        self.enable_autoskip()
        self.provides(self.copy_key, self.spec[self.array_key].copy())

    def prepare(self, request: gp.BatchRequest) -> gp.BatchRequest:
        """Ask for the mask where the copy is asked for."""
        deps = gp.BatchRequest()
        deps[self.array_key] = request[self.copy_key].copy()
        return deps

    def process(self, batch: gp.Batch, request: gp.BatchRequest) -> gp.Batch:
        """Copy the mask and, if asked for, drop its channels."""
        mask = batch[self.array_key]
        dims = mask.spec.roi.dims
        data = mask.data
        if self.drop_channels:
            data = data.max(axis=tuple(range(data.ndim - dims))) if data.ndim > dims else data
        outputs = gp.Batch()
        outputs[self.copy_key] = gp.Array(data.copy(), mask.spec.copy())
        return outputs
