"""Augments: one config a file, each with the gunpowder node it stands for."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
