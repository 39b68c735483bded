"""Layers of which somebody wants to know when they lie elsewhere, or were painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from napari.layers import Labels

from dacapo_napari.sections.data.layer_facts import place_events

if TYPE_CHECKING:
    from napari.layers import Layer

__all__ = ["WatchedLayers"]


class WatchedLayers:
    """Calls `moved` when a layer is scaled, moved or turned, or gets another unit.

    `painted` is called when values of a layer are others.
    """

    def __init__(self, moved: Callable[[], None], painted: Callable[[], None]) -> None:
        self._moved = moved
        self._painted = painted
        self._layers: list[Layer] = []
        self._places: tuple[str, ...] = ()

    def watch(self, layers: Iterable[Layer | None]) -> None:
        """Watch these and no others."""
        self.stop()
        for layer in layers:
            if layer is not None and layer not in self._layers:
                self._layers.append(layer)
                for event in place_events(layer):
                    event.connect(self._on_event)
                for event in _value_events(layer):
                    event.connect(self._on_painted)
        self._places = self._now()

    def stop(self) -> None:
        """Watch nothing."""
        for layer in self._layers:
            for event in place_events(layer):
                event.disconnect(self._on_event)
            for event in _value_events(layer):
                event.disconnect(self._on_painted)
        self._layers = []

    def _now(self) -> tuple[str, ...]:
        return tuple(
            f"{layer.scale} {layer.translate} {layer.units} {layer.affine} {layer.rotate}"
            for layer in self._layers
        )

    def _on_event(self, event: object = None) -> None:
        # napari also tells of a new place when it is the old one.
        places = self._now()
        if places != self._places:
            self._places = places
            self._moved()

    def _on_painted(self, event: object = None) -> None:
        self._painted()


def _value_events(layer: Layer) -> list[Any]:
    events = layer.events
    return [events.data, events.paint] if isinstance(layer, Labels) else [events.data]
