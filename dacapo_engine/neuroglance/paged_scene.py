"""A view that is leafed through."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from dacapo_engine.errors import NotFoundError
from dacapo_engine.neuroglance.pages import Page

__all__ = ["PagedScene"]

_PIXELS_ACROSS = 350
_KEYS = {"keyn": "next-page", "shift+keyn": "last-page"}


class PagedScene:
    """Shows the layers of one page at a time; the key ``n`` leafs on, with shift back.

    Parameters
    ----------
    pages
        In the order in which they are leafed through.
    first
        Which one is shown first.
    """

    def __init__(self, pages: Sequence[Page], first: int = 0) -> None:
        self._pages = tuple(pages)
        self._number = first

    def open(self, viewer: Any) -> None:
        """Show the first page."""
        if not self._pages:
            raise NotFoundError("There is nothing to look at.")
        # Keys arrive on a thread of the server.
        self._lock = threading.Lock()
        self._viewer = viewer
        viewer.actions.add("next-page", lambda _: self._show(self._number + 1))
        viewer.actions.add("last-page", lambda _: self._show(self._number - 1))
        with viewer.config_state.txn() as config:
            for key, name in _KEYS.items():
                config.input_event_bindings.viewer[key] = name
        self._show(self._number)

    def answer(self, request: str) -> dict[str, Any]:
        """``next``, or ``page N``: show it, and tell its number and title."""
        word, _, number = request.partition(" ")
        self._show(int(number) if word == "page" else self._number + 1)
        return {"page": self._number, "title": self._pages[self._number].title}

    def close(self) -> None:
        """Nothing is held open."""

    def _show(self, number: int) -> None:
        with self._lock:
            before = self._pages[self._number]
            self._number = number % len(self._pages)
            page = self._pages[self._number]
            self._draw(page, stays=page.place() == before.place())
            self._tell(page)

    def _draw(self, page: Page, *, stays: bool) -> None:
        world = page.world()
        with self._viewer.txn() as state:
            looked = len(state.layers) > 0 and stays
            state.dimensions = world.dimensions()
            state.layers.clear()
            for shown in page.shown:
                state.layers[shown.name] = shown.layer(world)
                state.layers[shown.name].visible = shown.visible
            if not looked:
                extent = max(page.shown[0].array.data.shape[-2:])
                state.position = page.center()
                state.cross_section_scale = extent / _PIXELS_ACROSS
                state.projection_scale = 2.0 * extent
                state.layout = "4panel" if len(world.axes) > 2 else "xy"

    def _tell(self, page: Page) -> None:
        words = page.title
        if len(self._pages) > 1:
            place = f"{self._number + 1} of {len(self._pages)}"
            words = f"{words} ({place}; n: next, with shift: back)"
        with self._viewer.config_state.txn() as config:
            config.status_messages["page"] = words
