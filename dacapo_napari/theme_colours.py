"""Colours of napari's theme, for the few things that Qt style sheets do not reach."""

from __future__ import annotations

from dataclasses import dataclass

from napari.utils.theme import get_theme
from qtpy.QtGui import QColor

__all__ = ["ThemeColours", "theme_colours"]

_HALF = 128
_OTHERS_ON_DARK = ("#5fc27e", "#d98cc8", "#c7c75a", "#6fd0d0")
_OTHERS_ON_LIGHT = ("#1d7a3c", "#9c2f86", "#7a7a00", "#00727a")


@dataclass(frozen=True)
class ThemeColours:
    """Colours as ``#rrggbb``; `others` are told apart, for what is drawn beside the rest."""

    background: str
    text: str
    line: str
    curve: str
    score: str
    best: str
    amber: str
    green: str
    red: str
    others: tuple[str, ...] = ()


def theme_colours(theme: str) -> ThemeColours:
    """The colours that go with napari's theme of this name."""
    found = get_theme(theme)
    background = found.background.as_hex(format="long")
    dark = QColor(background).lightness() < _HALF
    return ThemeColours(
        background=background,
        text=found.text.as_hex(format="long"),
        line=found.highlight.as_hex(format="long"),
        curve="#5aa9ff" if dark else "#0b62c4",
        score="#f0a35c" if dark else "#b35900",
        best="#ffd24a" if dark else "#d49b00",
        # napari's warning yellow cannot be read on the light theme's background.
        amber=found.warning.as_hex(format="long") if dark else "#7a5b00",
        green="#5fc27e" if dark else "#1d7a3c",
        red="#ff8080" if dark else "#b3000f",
        others=_OTHERS_ON_DARK if dark else _OTHERS_ON_LIGHT,
    )
