"""The engine as a process of its own: started without a console, stopped without a signal."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from dacapo_engine.errors import (
    EXIT_STATUSES,
    DacapoError,
    EndedFromOutsideError,
    NotFoundError,
    TrainingError,
)

__all__ = ["EngineProcess", "ask_engine", "engine_command", "last_sentence"]

_PATIENCE = 2.0
_ERROR_PREFIX = "Error: "
# A Popen that is collected while its process runs warns; these are left running on purpose.
_left_running: list[subprocess.Popen[bytes]] = []


def engine_command(python: str, *arguments: str) -> list[str]:
    """The command line of the engine, with the interpreter that has it."""
    return [python, "-m", "dacapo_engine", *arguments]


class EngineProcess:
    """One running command of the engine.

    It goes on when napari is closed, unless it reads from standard input.

    Parameters
    ----------
    command
        As `engine_command` makes it.
    output
        File for what it prints to standard error; its last line explains a failure.
    talks
        Open pipes to it: standard output can be read, and closing standard input ends it.

    Raises
    ------
    NotFoundError
        If the interpreter cannot be started.
    """

    def __init__(self, command: Sequence[str], output: Path, *, talks: bool = False) -> None:
        self._output = output
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("wb") as errors:
            try:
                self._process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                    stdout=subprocess.PIPE if talks else subprocess.DEVNULL,
                    stderr=errors,
                    cwd=output.parent,
                    env=_environment(),
                    **_detached(),
                )
            except OSError as error:
                raise _no_engine(command[0], error) from error

    @property
    def stdout(self) -> IO[bytes]:
        """What it prints, where it `talks`."""
        if self._process.stdout is None:
            raise ValueError("This command was started without pipes.")
        return self._process.stdout

    @property
    def stdin(self) -> IO[bytes]:
        """What it reads, where it `talks`."""
        if self._process.stdin is None:
            raise ValueError("This command was started without pipes.")
        return self._process.stdin

    def poll(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float = 5.0) -> None:
        """Wait a little for it to end by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def failure(self) -> DacapoError:
        """Why it ended, as it said last."""
        status = self._process.returncode
        if status is not None and status < 0:
            return EndedFromOutsideError(
                f"The engine was ended from outside (signal {-status}).",
                hint="Memory may be short. Continue goes on from the last weights.",
                place=str(self._output),
            )
        sentence = last_sentence(self._output)
        if sentence:
            return EXIT_STATUSES.get(status or 2, TrainingError)(sentence)
        return TrainingError(
            f"The engine ended unexpectedly (exit status {self._process.returncode}).",
            hint="The log in the run's folder may say more.",
            place=str(self._output),
        )

    def end(self) -> None:
        """End it at once: nothing that it holds has to be kept."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.terminate()
        try:
            self._process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=_PATIENCE)
        # Only now: closing a pipe that another thread reads from waits for that thread.
        if self._process.stdout is not None:
            self._process.stdout.close()

    def leave(self) -> None:
        """Let it run on without this napari."""
        if self._process.poll() is None:
            _left_running.append(self._process)


def ask_engine(python: str, *arguments: str, timeout: float = 120.0) -> Any:
    """Run a short command of the engine and return the JSON it prints.

    Raises
    ------
    DacapoError
        If the engine cannot be started, fails, or prints something else.
    """
    command = engine_command(python, *arguments)
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            env=_environment(),
            check=False,
            **_detached(),
        )
    except OSError as error:
        raise _no_engine(python, error) from error
    except subprocess.TimeoutExpired as error:
        raise TrainingError(f"The engine did not answer within {timeout:.0f} seconds.") from error
    if done.returncode:
        text = done.stderr.decode("utf-8", "replace")
        raise TrainingError(_last_line(text) or f"The engine ended with {done.returncode}.")
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise TrainingError("The engine's answer could not be understood.") from error


def last_sentence(output: Path) -> str:
    """The last line that a process wrote to its error file, without the word Error."""
    try:
        return _last_line(output.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.replace("\r", "\n").splitlines() if line.strip()]
    if not lines:
        return ""
    told = [line for line in lines if line.startswith(_ERROR_PREFIX)]
    return (told or lines)[-1].removeprefix(_ERROR_PREFIX)


def _no_engine(python: str, error: OSError) -> NotFoundError:
    return NotFoundError(
        f"The Python of the engine cannot be started: {error.strerror or error}.",
        hint="Set 'Python of the engine' under File > Preferences > DaCapo.",
        place=python,
    )


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def _detached() -> dict[str, Any]:
    """No console window on Windows, and a session of its own elsewhere: Ctrl-C is napari's."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return {"creationflags": flags}
    return {"start_new_session": True}
