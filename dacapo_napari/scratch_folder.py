"""A folder for what is needed for a while."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

__all__ = ["ScratchFolder"]


class ScratchFolder:
    """A new folder that is deleted with this object, at the end of the program at the latest.

    Parameters
    ----------
    purpose
        A word that its name contains.
    """

    def __init__(self, purpose: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"dacapo-{purpose}-"))
        self._finalizer = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def delete(self) -> None:
        """Delete it now; safe to call again."""
        self._finalizer()
