"""When a run ends before its last iteration: after a time, or when it stops improving."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
