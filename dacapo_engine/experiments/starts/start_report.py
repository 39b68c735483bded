"""What became of each layer when a run took over weights."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["LayerOutcome", "LayerReport", "StartReport"]


class LayerOutcome(StrEnum):
    """What became of a layer."""

    LOADED = "loaded"
    PARTLY = "partly loaded"
    NEW = "left at its first weights"
    UNUSED = "not used"


@dataclass(frozen=True)
class LayerReport:
    """One layer: its name in the state dict, what became of it, and why."""

    name: str
    outcome: LayerOutcome
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.outcome}{f' ({self.reason})' if self.reason else ''}"


@dataclass(frozen=True)
class StartReport:
    """All layers of a network, and those of the other run that found no place.

    Attributes
    ----------
    layers
        In the order of the network; unused ones last.
    """

    layers: tuple[LayerReport, ...]

    def count(self, outcome: LayerOutcome) -> int:
        """How many layers had this outcome."""
        return Counter(layer.outcome for layer in self.layers)[outcome]

    @property
    def nothing_loaded(self) -> bool:
        """Whether no layer took anything over."""
        return not any(
            layer.outcome in {LayerOutcome.LOADED, LayerOutcome.PARTLY} for layer in self.layers
        )

    @property
    def summary(self) -> str:
        """Counts in words: ``14 layers loaded, 2 partly loaded``."""
        counts = [(self.count(outcome), outcome) for outcome in LayerOutcome]
        parts = [f"{count} {outcome}" for count, outcome in counts if count]
        return f"Layers: {', '.join(parts)}." if parts else "There are no layers."

    def __str__(self) -> str:
        exceptions = [str(e) for e in self.layers if e.outcome is not LayerOutcome.LOADED]
        return "\n".join([self.summary, *exceptions])
