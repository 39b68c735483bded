"""How much memory something takes at its peak, and how much there is."""

from __future__ import annotations

import threading
from types import TracebackType

import psutil
import torch

__all__ = ["MemoryWatch"]

_PAUSE = 0.005


class MemoryWatch:
    """Inside a ``with`` block, measures the largest growth of the memory of a device.

    Of a graphics card that is what torch has reserved; of a processor, what the process holds
    in RAM.

    Attributes
    ----------
    free
        Bytes that were free before.
    peak
        Bytes that were taken at most.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._begin = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.free = 0
        self.peak = 0

    def __enter__(self) -> MemoryWatch:
        if self._device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self._device)
            self._begin = torch.cuda.memory_reserved(self._device)
            self.free = torch.cuda.mem_get_info(self._device)[0]
        else:
            self._begin = psutil.Process().memory_info().rss
            self.free = psutil.virtual_memory().available
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._device.type == "cuda":
            self.peak = torch.cuda.max_memory_reserved(self._device) - self._begin
            return
        self._done.set()
        self._thread.join()
        self._measure()

    def _watch(self) -> None:
        while not self._done.wait(_PAUSE):
            self._measure()

    def _measure(self) -> None:
        self.peak = max(self.peak, psutil.Process().memory_info().rss - self._begin)
