"""Which devices the engine can use, asked of the engine itself."""

from __future__ import annotations

from dataclasses import dataclass

from dacapo_napari.engine.engine_process import ask_engine

__all__ = ["Device", "ask_for_devices"]

_GB = 1e9


@dataclass(frozen=True)
class Device:
    """A device of the machine on which the engine runs."""

    name: str
    title: str
    usable: bool
    message: str
    memory_text: str = ""
    memory_free: int | None = None

    @property
    def words(self) -> str:
        """What it is and how much of its memory is free."""
        return ", ".join(part for part in (self.title, self.memory_text) if part)


def ask_for_devices(python: str) -> tuple[Device, ...]:
    """The devices that the engine finds; starts it once, so off the Qt thread."""
    found = ask_engine(python, "devices", "--json")
    return tuple(
        Device(
            str(entry.get("name", "")),
            str(entry.get("title", "")),
            bool(entry.get("usable", True)),
            str(entry.get("message") or ""),
            _memory_text(entry.get("memory_total"), entry.get("memory_free")),
            entry.get("memory_free"),
        )
        for entry in found
    )


def _memory_text(total: object, free: object) -> str:
    if not isinstance(total, int) or not isinstance(free, int):
        return ""
    return f"{_short(free / _GB)} of {_short(total / _GB)} GB free"


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}"
