"""Bytes and seconds in words."""

from __future__ import annotations

__all__ = ["bytes_words", "seconds_words"]


def bytes_words(count: float) -> str:
    """``850 MB`` or ``3.2 GB``; a GB is 10^9 bytes, as disks are sold."""
    for size, unit in ((1e12, "TB"), (1e9, "GB")):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{max(count, 0) / 1e3:.0f} kB"


def seconds_words(seconds: float) -> str:
    """``0.31 s``, ``45 s``, ``38 min``, ``5.2 h``, ``3 days``."""
    if seconds < 10:
        return f"{seconds:.2g} s"
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 3600:.1f} h" if seconds < 129_600 else f"{seconds / 86_400:.0f} days"
