"""Which number format and memory layout a device computes fastest."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch

__all__ = ["autocast", "fast_layout", "to_fast_layout", "uses_bfloat16"]

_THINNEST = 12


def uses_bfloat16(precision: str, device: torch.device) -> bool:
    """Whether `precision` (auto, float32, bfloat16) means bfloat16 on `device`."""
    if precision != "auto":
        return precision == "bfloat16"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # Without matrix units, bfloat16 convolutions on a processor are slower than float32.
    return device.type == "cpu" and bool(torch.cpu._is_amx_tile_supported())


def autocast(
    precision: str, device: torch.device, patch: Sequence[int] = ()
) -> AbstractContextManager[object]:
    """Context in which the network computes in the format that `precision` names.

    Parameters
    ----------
    patch
        Spatial shape of what gradients are computed for; empty where none are.
    """
    if not uses_bfloat16(precision, device) or _is_too_thin(device, patch):
        return nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


def _is_too_thin(device: torch.device, patch: Sequence[int]) -> bool:
    # On processors with matrix units, torch 2.13 ends with a segmentation fault in the gradient
    # of 3D convolutions of few, large slices.
    return device.type == "cpu" and len(patch) == 3 and min(patch) < _THINNEST


def to_fast_layout(module: torch.nn.Module, dims: int) -> None:
    """Store the weights of `module` in the order of `fast_layout`."""
    # The annotations of torch know this argument for tensors only.
    module.to(memory_format=fast_layout(dims))  # type: ignore[call-overload]


def fast_layout(dims: int) -> torch.memory_format:
    """Channels last, which convolutions of 2D and 3D data are fastest in."""
    return torch.channels_last_3d if dims == 3 else torch.channels_last
