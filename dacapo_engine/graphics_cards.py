"""What the driver knows of NVIDIA cards, whatever torch can do with them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

__all__ = ["GraphicsCard", "graphics_cards"]

_MIB = 2**20
_FIELDS = "uuid,name,memory.total,memory.free"


@dataclass(frozen=True)
class GraphicsCard:
    """One card.

    Attributes
    ----------
    uuid
        By which the driver and torch mean the same card; they number cards differently.
    memory_total, memory_free
        In bytes, of all programs together; None where the driver does not tell.
    """

    uuid: str
    title: str
    memory_total: int | None = None
    memory_free: int | None = None


def graphics_cards() -> tuple[GraphicsCard, ...]:
    """The cards of this machine; none where there is no driver, or it does not answer.

    The driver is asked and not torch, which would take some hundred MB of each card.
    """
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    command = [program, f"--query-gpu={_FIELDS}", "--format=csv,noheader,nounits"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(_card(line) for line in result.stdout.splitlines() if line.count(",") == 3)


def _card(line: str) -> GraphicsCard:
    uuid, title, total, free = (part.strip() for part in line.split(","))
    return GraphicsCard(uuid, title, _bytes(total), _bytes(free))


def _bytes(text: str) -> int | None:
    return int(text) * _MIB if text.isdecimal() else None
