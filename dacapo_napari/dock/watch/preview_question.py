"""What the engine is told when it is asked for a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dacapo_engine.errors import NotFoundError
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.engine.preview_volumes import PreviewVolumes

__all__ = ["PreviewQuestion"]


class PreviewQuestion:
    """Describes the run whose samples are wanted, and writes its volumes where they are new.

    Parameters
    ----------
    composer
        Describes the run.
    """

    def __init__(self, composer: RunComposer) -> None:
        self._composer = composer
        self._volumes = PreviewVolumes()

    def cancel(self) -> None:
        """Stop writing; from any thread."""
        self._volumes.cancel()

    def parameters(self, index: int) -> Callable[[Path], Mapping[str, Any]]:
        """What makes the parameters of a request for sample `index`, off the Qt thread.

        Raises
        ------
        DacapoError
            If no run is described.
        """
        session, settings = self._composer.session, self._composer.forms.settings
        if session.has_begun and session.look is not None and session.look.config is not None:
            config = settings().applied_to(session.look.config)
            return lambda scratch: {"config": config.to_dict(), "index": index}
        request = self._composer.request()
        if request.data is None and request.origin is None:
            raise NotFoundError("Choose an image and its labels first.", place="data")
        volumes = self._volumes
        return lambda scratch: {
            "config": volumes.config(request, scratch).to_dict(),
            "index": index,
        }
