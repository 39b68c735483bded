"""How much memory a training uses."""

from __future__ import annotations

from typing import Any

import psutil
import torch

__all__ = ["free_memory", "memory_in_use"]


def memory_in_use(device: torch.device) -> dict[str, Any]:
    """Bytes in use and in all, as ``memory_used`` and ``memory_total`` of `RunStatus`.

    Of a graphics card: by every program that uses it, since that is what there must be room for.
    Else of this process, and no total.
    """
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return {"memory_used": total - free, "memory_total": total}
    if device.type == "mps":
        return {"memory_used": torch.mps.driver_allocated_memory(), "memory_total": None}
    return {"memory_used": psutil.Process().memory_info().rss, "memory_total": None}


def free_memory(device: torch.device) -> int | None:
    """Bytes that are free on a device; None where it does not tell."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available) if device.type == "cpu" else None
