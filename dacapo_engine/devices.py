"""The devices a network can be trained on, and why one cannot."""

from __future__ import annotations

import logging
import shutil
import subprocess
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING

from dacapo_engine.errors import DeviceError

if TYPE_CHECKING:
    import torch

__all__ = ["Device", "choose_device", "list_devices"]

logger = logging.getLogger(__name__)

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
    """

    name: str
    title: str
    usable: bool = True
    message: str = ""

    def as_dict(self) -> dict[str, str | bool]:
        """Plain data."""
        return asdict(self)


def list_devices() -> list[Device]:
    """All devices of this machine, the fastest first; unusable ones say why."""
    import torch

    devices = [
        Device(f"cuda:{index}", torch.cuda.get_device_name(index))
        for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    ]
    if not devices:
        devices += [_unusable(index, title) for index, title in enumerate(_nvidia_cards())]
    if torch.backends.mps.is_available():
        devices.append(Device("mps", "Apple GPU"))
    threads = torch.get_num_threads()
    return [*devices, Device("cpu", f"Processor ({threads} thread{'s' * (threads > 1)})")]


def choose_device(name: str = "auto") -> torch.device:
    """The device called `name`; auto is the fastest usable one.

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


def _unusable(index: int, title: str) -> Device:
    message = f"{title} found, but this PyTorch cannot use it. Install: {_CUDA_INSTALL}"
    return Device(f"cuda:{index}", title, usable=False, message=message)


@cache
def _nvidia_cards() -> tuple[str, ...]:
    """Names of the cards that the driver knows, whatever torch can do."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    command = [program, "--query-gpu=name", "--format=csv,noheader"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(line.strip() for line in result.stdout.splitlines() if line.strip())
