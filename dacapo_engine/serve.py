"""Short questions to the engine: JSON lines in, JSON lines out, arrays through a scratch folder."""

from __future__ import annotations

import json
import logging
import os
import queue
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from dacapo_engine.config import describe_validation_error
from dacapo_engine.errors import ConfigError, DacapoError, StoreError
from dacapo_engine.service import handler_of
from dacapo_engine.service.desk import Desk

__all__ = ["serve"]

logger = logging.getLogger(__name__)

_LAST_SECONDS = 10.0


def serve(requests: IO[bytes], answers: IO[bytes], scratch: Path, *, remove: bool = False) -> None:
    """Answer requests, one at a time, until `requests` ends.

    A request is a line ``{"id": 1, "verb": "sample", "parameters": {...}}``. Its answer is a line
    ``{"id": 1, "result": {...}, "arrays": {name: path of a .npy file}}`` or ``{"id": 1, "error":
    {"code", "message", "hint", "place"}}``. The files are there until the next request.

    Parameters
    ----------
    requests, answers
        Nothing but requests and answers goes through them.
    scratch
        A folder for arrays; it is made where it is not there.
    remove
        Remove the folder, whatever is in it, at the end.

    Raises
    ------
    StoreError
        If the folder cannot be written to.
    """
    try:
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The scratch folder cannot be made: {error.strerror or error}.", place=str(scratch)
        ) from error
    desk = Desk(scratch)

    def tidy() -> None:
        desk.clear()
        if remove:
            shutil.rmtree(scratch, ignore_errors=True)

    try:
        for line in _lines_until_end(requests, tidy):
            answers.write(json.dumps(_answer(line, desk)).encode() + b"\n")
            answers.flush()
    except BrokenPipeError:
        logger.info("nobody reads the answers any more")
    finally:
        tidy()


def _lines_until_end(requests: IO[bytes], tidy: Callable[[], None]) -> Iterator[bytes]:
    """Lines, read ahead: the end of `requests` is noticed while a request is worked on."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    done = threading.Event()

    def read() -> None:
        for line in requests:
            if line.strip():
                lines.put(line)
        lines.put(b"")
        # Whoever asked is gone: a long request is not worth finishing.
        if not done.wait(_LAST_SECONDS):
            tidy()
            os._exit(0)

    threading.Thread(target=read, name="requests", daemon=True).start()
    while line := lines.get():
        yield line
    done.set()


def _answer(line: bytes, desk: Desk) -> dict[str, Any]:
    identity: Any = None
    try:
        request = _request(line)
        identity = request.get("id")
        desk.clear()
        handler = handler_of(str(request.get("verb", "")))
        result = dict(handler(_parameters(request), desk))
        return {"id": identity, "result": result, "arrays": desk.arrays()}
    except DacapoError as error:
        failure = error
    except ValidationError as error:
        failure = describe_validation_error(error)
    except OSError as error:
        failure = StoreError(f"A file cannot be read or written: {error}.")
    except Exception as error:
        # The service outlives every request, whatever a volume or a plug-in raises.
        logger.exception("a request failed")
        failure = DacapoError(f"The engine failed: {type(error).__name__}: {error}.")
    return {"id": identity, "error": failure.as_dict()}


def _request(line: bytes) -> Mapping[str, Any]:
    try:
        request = json.loads(line)
    except ValueError as error:
        raise ConfigError(f"A request is a line of JSON; this is not: {error}.") from error
    if not isinstance(request, Mapping):
        raise ConfigError("A request is an object with id, verb and parameters.")
    return request


def _parameters(request: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters = request.get("parameters") or {}
    if not isinstance(parameters, Mapping):
        raise ConfigError("The parameters of a request are an object.", place="parameters")
    return parameters
