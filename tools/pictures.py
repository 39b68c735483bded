"""Takes pictures of the dock and of the whole window, in both themes, as small files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from drive_window import ROOT, wait
from PIL import Image

FOLDER = ROOT / "resources" / "screenshots"
THEMES = ("light", "dark")


def window_pictures(viewer: Any, name: str) -> None:
    """The whole window in each theme; the one in the dark theme has the plain name."""
    for theme in THEMES:
        viewer.theme = theme
        wait(0.4)
        path = path_of(name, theme)
        viewer.window.screenshot(str(path), canvas_only=False, flash=False)
        store(path, Image.open(path).convert("RGB"))


def dock_pictures(viewer: Any, dock: Any, name: str, *, themes: tuple[str, ...] = THEMES) -> None:
    """The dock alone in each theme, without the window around it."""
    for theme in themes:
        viewer.theme = theme
        if dock.parent() is None:
            dock.setStyleSheet(viewer.window._qt_window.styleSheet())
        wait(0.5)
        path = path_of(name, theme)
        dock.grab().save(str(path))
        shrink(path)


def path_of(name: str, theme: str) -> Path:
    """Where a picture lies."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return FOLDER / f"{name}{'' if theme == 'dark' else f'-{theme}'}.png"


def shrink(path: Path) -> None:
    """Store a picture of the dock, which is of few colours, as small as it gets."""
    store(path, Image.open(path).convert("RGB").quantize(dither=Image.Dither.NONE))


def store(path: Path, picture: Image.Image) -> None:
    """Replace a picture."""
    picture.save(path, optimize=True)
    print(f"  {path.relative_to(ROOT)}, {path.stat().st_size // 1000} kB", flush=True)
