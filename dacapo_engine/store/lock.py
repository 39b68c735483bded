"""One training per run: a lock file that names its holder and is known to be stale."""

from __future__ import annotations

import os
import platform
import threading
import time
from types import TracebackType
from typing import Any

import psutil

from dacapo_engine.errors import StoreError
from dacapo_engine.store.atomic import read_json, write_json
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["RunLock"]

_BEAT_SECONDS = 5.0
_STALE_SECONDS = 60.0


class RunLock:
    """Context manager that holds the lock of a run folder.

    On this host a lock is stale when its process is gone (pid and start time are compared);
    a lock of another host is stale when its heartbeat is older than a minute.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> RunLock:
        """Take the lock; raises StoreError that names the holder where it is held."""
        holder = read_json(self._folder.lock_file)
        if isinstance(holder, dict) and _is_held(holder):
            raise StoreError(
                f"This run is being trained by process {holder.get('pid')} on "
                f"{holder.get('host')} since {time.ctime(float(holder.get('since', 0)))}.",
                hint="Stop it first, or start a run of another name.",
                place=str(self._folder.path),
            )
        self._since = time.time()
        self._write()
        self._thread = threading.Thread(target=self._beat, name="run-lock", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._folder.lock_file.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._stop.wait(_BEAT_SECONDS):
            try:
                self._write()
            except OSError:
                continue

    def _write(self) -> None:
        write_json(
            self._folder.lock_file,
            {
                "host": platform.node(),
                "pid": os.getpid(),
                "process_start": psutil.Process().create_time(),
                "since": self._since,
                "heartbeat": time.time(),
            },
        )


def _is_held(holder: dict[str, Any]) -> bool:
    if holder.get("host") != platform.node():
        return time.time() - float(holder.get("heartbeat", 0)) < _STALE_SECONDS
    try:
        started = psutil.Process(int(holder["pid"])).create_time()
    except (KeyError, ValueError, psutil.Error):
        return False
    return abs(started - float(holder.get("process_start", 0))) < 1.0
