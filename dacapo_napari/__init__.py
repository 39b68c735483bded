"""Train and segment from napari: the dock that composes runs, starts the engine and watches it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("dacapo-napari")
except PackageNotFoundError:
    __version__ = "unknown"

__all__ = ["__version__"]
