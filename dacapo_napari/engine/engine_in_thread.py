"""The engine inside napari, for those who choose it: the same run folder, no process of its own."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from dacapo_engine.errors import DacapoError, TrainingError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.yaml_file import read_config

__all__ = ["EngineInThread"]

logger = logging.getLogger(__name__)

_LAST_SECONDS = 10.0


class EngineInThread:
    """Trains a run in a thread of this process.

    A daemon: quitting waits a little for it and never hangs; the last checkpoint is on disk.

    Parameters
    ----------
    run_file
        The run; it is kept beside the other runs of the folder above.
    device
        As on the command line.
    """

    def __init__(self, run_file: Path, device: str) -> None:
        self._run_file = run_file
        self._device = device
        self._failure: DacapoError | None = None
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._train, name="dacapo-engine", daemon=True)
        self._thread.start()

    def poll(self) -> int | None:
        """0 or 2 once it has ended, None while it runs."""
        if self._thread.is_alive():
            return None
        return 0 if self._failure is None else 2

    def failure(self) -> DacapoError:
        """Why it ended."""
        return self._failure or TrainingError("The training ended unexpectedly.")

    def leave(self) -> None:
        """Ask it to keep its weights and end, and wait a little."""
        self._leaving.set()
        self._thread.join(_LAST_SECONDS)

    def _train(self) -> None:
        try:
            # torch and gunpowder are imported only for those who train in here.
            from dacapo_engine.experiments.run import Run
            from dacapo_engine.train import train_run

            config = read_config(self._run_file, RunConfig)
            train_run(
                Run(config),
                runs=self._run_file.parent.parent,
                device=self._device,
                should_stop=self._leaving.is_set,
            )
        except DacapoError as error:
            self._failure = error
        except ImportError as error:
            self._failure = TrainingError(
                f"The engine is not installed beside napari: {error}.",
                hint="Install dacapo-napari[engine] here, or train in a process of its own.",
            )
        except Exception as error:
            # A thread that dies in silence looks like a training that has finished.
            logger.exception("training failed")
            self._failure = TrainingError(f"{type(error).__name__}: {error}")
