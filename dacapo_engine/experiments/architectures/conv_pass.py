"""The convolutions of one level of a U-Net."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

__all__ = ["CONVOLUTION", "ConvPass"]

CONVOLUTION: dict[int, type[nn.Module]] = {2: nn.Conv2d, 3: nn.Conv3d}
_BATCH_NORM: dict[int, type[nn.Module]] = {2: nn.BatchNorm2d, 3: nn.BatchNorm3d}


class ConvPass(nn.Sequential):
    """Convolutions, each followed by a normalization (if asked for) and a ReLU.

    Takes and gives features ``[batch, channels, (z,) y, x]``.

    Parameters
    ----------
    in_channels, out_channels
        Feature maps before and after.
    kernel_sizes
        One kernel per convolution, ``(z,) y, x``.
    padding
        ``"valid"`` or ``"same"``.
    batch_norm
        Normalize over the batch after each convolution.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_sizes: Sequence[Sequence[int]],
        padding: str,
        batch_norm: bool = False,
    ) -> None:
        dims = len(kernel_sizes[0])
        layers: list[nn.Module] = []
        channels = in_channels
        for kernel in kernel_sizes:
            layers.append(CONVOLUTION[dims](channels, out_channels, tuple(kernel), padding=padding))
            if batch_norm:
                layers.append(_BATCH_NORM[dims](out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        super().__init__(*layers)


def center_crop(x: torch.Tensor, shape: Sequence[int]) -> torch.Tensor:
    """The spatial centre of `x` with the given shape."""
    begin = [(have - want) // 2 for have, want in zip(x.shape[2:], shape, strict=True)]
    spatial = tuple(slice(b, b + s) for b, s in zip(begin, shape, strict=True))
    return x[(slice(None), slice(None), *spatial)]
