"""What a view shows."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["Scene"]


class Scene(Protocol):
    """Fills a viewer, and changes what it shows when asked to.

    It is sent to the process that serves, so that it holds plain data until it is opened.
    """

    def open(self, viewer: Any) -> None:
        """Show something in `viewer`, a Neuroglancer viewer; called once, before anybody looks.

        Raises
        ------
        DacapoError
            If there is nothing that can be shown.
        """

    def answer(self, request: str) -> dict[str, Any]:
        """Do what is asked for, and tell what is shown now."""

    def close(self) -> None:
        """Let go of what is open."""
