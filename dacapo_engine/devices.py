"""The devices a network can be trained on, and why one cannot."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import psutil

from dacapo_engine.errors import DeviceError
from dacapo_engine.graphics_cards import GraphicsCard, graphics_cards

if TYPE_CHECKING:
    import torch

__all__ = ["Device", "choose_device", "list_devices"]

logger = logging.getLogger(__name__)
_GB = 1e9

# Without --force-reinstall pip is content with the build that is there.
_CUDA_INSTALL = (
    "pip install torch --force-reinstall --index-url https://download.pytorch.org/whl/cu130"
)


@dataclass(frozen=True)
class Device:
    """One device.

    Attributes
    ----------
    name
        What ``--device`` takes.
    title
        What a person calls it.
    usable
        Whether this torch can use it.
    message
        If not, why, and what mends it.
    memory_total, memory_free
        In bytes, None where not known; free is what all programs together leave.
    """

    name: str
    title: str
    usable: bool = True
    message: str = ""
    memory_total: int | None = None
    memory_free: int | None = None

    def as_dict(self) -> dict[str, str | bool | int | None]:
        """Plain data."""
        return asdict(self)

    @property
    def memory_text(self) -> str:
        """What is free in words: ``17.9 of 24.0 GB free``; empty where not known."""
        if self.memory_total is None or self.memory_free is None:
            return ""
        return f"{self.memory_free / _GB:.1f} of {self.memory_total / _GB:.1f} GB free"


def list_devices() -> list[Device]:
    """All devices of this machine, the fastest first; unusable ones say why.

    Of several graphics cards the one with the most free memory is first.
    """
    import torch

    cards = graphics_cards()
    devices = _cuda_devices(cards)
    if not devices:
        devices += [_unusable(index, card) for index, card in enumerate(cards)]
    if torch.backends.mps.is_available():
        devices.append(Device("mps", "Apple GPU"))
    return [*devices, _processor()]


def _cuda_devices(cards: tuple[GraphicsCard, ...]) -> list[Device]:
    import torch

    if not torch.cuda.is_available():
        return []
    by_uuid = {card.uuid.removeprefix("GPU-"): card for card in cards}
    devices = []
    for index in range(torch.cuda.device_count()):
        uuid = str(getattr(torch.cuda.get_device_properties(index), "uuid", ""))
        card = by_uuid.get(uuid.removeprefix("GPU-"), GraphicsCard("", ""))
        title = torch.cuda.get_device_name(index)
        total, free = card.memory_total, card.memory_free
        devices.append(Device(f"cuda:{index}", title, memory_total=total, memory_free=free))
    return sorted(devices, key=lambda device: -(device.memory_free or 0))


def _processor() -> Device:
    import torch

    threads = torch.get_num_threads()
    title = f"Processor ({threads} thread{'s' * (threads > 1)})"
    memory = psutil.virtual_memory()
    return Device("cpu", title, memory_total=memory.total, memory_free=memory.available)


def choose_device(name: str = "auto") -> torch.device:
    """The device called `name`; auto is the fastest usable one, of several cards the emptiest.

    With auto a card that cannot be used is warned of.

    Raises
    ------
    DeviceError
        If it is not there or cannot be used, with what mends it.
    """
    import torch

    devices = list_devices()
    if name == "auto":
        for device in devices:
            if not device.usable:
                logger.warning("%s", device.message)
        return torch.device(next(device.name for device in devices if device.usable))
    wanted = "cuda:0" if name == "cuda" else name
    for device in devices:
        if device.name == wanted:
            if not device.usable:
                raise DeviceError(device.message)
            return torch.device(wanted)
    there = ", ".join(device.name for device in devices if device.usable)
    raise DeviceError(f"There is no device {name!r} on this machine.", hint=f"There are: {there}.")


def _unusable(index: int, card: GraphicsCard) -> Device:
    message = f"{card.title} found, but this PyTorch cannot use it. Install: {_CUDA_INSTALL}"
    return Device(f"cuda:{index}", card.title, usable=False, message=message)
