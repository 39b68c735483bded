"""``dacapo-engine serve``."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

__all__ = ["serve"]

_NICENESS = 5


@click.command()
@click.argument("scratch", type=click.Path(path_type=Path, file_okay=False))
@click.option("--remove", is_flag=True, help="Remove SCRATCH, whatever is in it, at the end.")
def serve(scratch: Path, remove: bool) -> None:
    """Answer requests on standard input, one line of JSON each, until it is closed.

    SCRATCH is a folder for the arrays of the answers.
    """
    from dacapo_engine import serve as service

    _give_way()
    with _pipes_of_its_own() as (requests, answers):
        service.serve(requests, answers, scratch, remove=remove)


def _give_way() -> None:
    """Let a training, and whoever asks, go first."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(_NICENESS)


@contextmanager
def _pipes_of_its_own() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Standard input and output for requests and answers alone.

    What a library prints, in Python or not, goes to standard error, and what it starts reads
    nothing.
    """
    with open(os.dup(0), "rb") as requests, open(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        sys.stdout = sys.stderr
        yield requests, answers
