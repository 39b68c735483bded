"""Which devices the engine can use, asked of the engine itself."""

from __future__ import annotations

from dataclasses import dataclass

from dacapo_napari.engine_process import ask_engine

__all__ = ["Device", "ask_for_devices"]


@dataclass(frozen=True)
class Device:
    """A device of the machine on which the engine runs."""

    name: str
    title: str
    usable: bool
    message: str


def ask_for_devices(python: str) -> tuple[Device, ...]:
    """The devices that the engine finds; starts it once, so off the Qt thread."""
    found = ask_engine(python, "devices", "--json")
    return tuple(
        Device(
            str(entry.get("name", "")),
            str(entry.get("title", "")),
            bool(entry.get("usable", True)),
            str(entry.get("message") or ""),
        )
        for entry in found
    )
