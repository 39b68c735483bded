"""The last layer of a network: from features to what a task predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from dacapo_engine.errors import ConfigError

if TYPE_CHECKING:
    from dacapo_engine.experiments.architectures.architecture import Architecture

__all__ = ["convolution_head"]


def convolution_head(
    architecture: Architecture, num_channels: int, kernel_size: int = 1
) -> torch.nn.Module:
    """A convolution from the features of `architecture` to `num_channels`; it keeps the shape.

    Raises
    ------
    ConfigError
        If the kernel has no middle.
    """
    if kernel_size % 2 == 0:
        raise ConfigError(
            f"Expected a kernel of an odd size, got {kernel_size}.", place="task_config.kernel_size"
        )
    convolution = torch.nn.Conv2d if architecture.dims == 2 else torch.nn.Conv3d
    head = convolution(
        architecture.num_out_channels, num_channels, kernel_size, padding=kernel_size // 2
    )
    # Small first predictions: large ones, all wrong alike, make the first steps diverge.
    torch.nn.init.normal_(head.weight, std=0.02)
    if head.bias is not None:
        torch.nn.init.zeros_(head.bias)
    return head
