"""The command line: ``dacapo-engine`` and ``python -m dacapo_engine``."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Sequence

import click

from dacapo_engine.errors import EXIT_STATUSES, DacapoError

__all__ = ["main"]

_COMMANDS = {
    "init": "Write a complete run file with defaults derived from the data.",
    "check": "Make a few steps of a run, and say what starting it means.",
    "train": "Start a run, or go on with it.",
    "segment": "Predict a volume and separate its objects.",
    "export": "Give a trained run away: its model, its numbers, a paragraph about it.",
    "runs": "List all runs with their state and best scores; compare the settings of two.",
    "film": "Save the time lapse of a run as an animation.",
    "report": "Write one page on a run: state, pictures, scores, curves, settings.",
    "evaluate": "Compare a segmentation with labels.",
    "visualize": "Show the data pipeline in Neuroglancer, node by node.",
    "view": "Show volumes, validations and snapshots of a run in Neuroglancer.",
    "devices": "List the devices a network can be trained on.",
    "serve": "Answer requests on standard input, for programs such as the dock.",
}


class _Commands(click.Group):
    """Imports a command when it is called: ``--help`` does not wait for torch."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"dacapo_engine.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Log more, and show where in the code an error arose.")
@click.version_option(package_name="dacapo-napari")
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """Train segmentation networks on microscope volumes."""
    context.obj = debug
    handler = logging.StreamHandler()
    # The run's log gets more than the terminal, whatever level the loggers are set to.
    handler.setLevel(logging.DEBUG if debug else logging.WARNING)
    logging.basicConfig(
        format="%(levelname)s %(name)s: %(message)s",
        handlers=[handler],
        level=logging.DEBUG if debug else logging.WARNING,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; bad input ends it with one line on stderr and exit status 2."""
    # Threads that wait for each other sleep: where data workers share the cores, spinning makes
    # a step up to ten times slower. Read when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    try:
        cli.main(
            [word for word in words if word != "--debug"] if debug else words,
            prog_name="dacapo-engine",
            standalone_mode=False,
        )
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        click.echo(f"Error: {error.format_message()}", err=True)
        sys.exit(2)
    except Exception as error:
        if debug:
            raise
        click.echo(f"Error: {_one_line(error)}", err=True)
        sys.exit(next((n for n, kind in EXIT_STATUSES.items() if isinstance(error, kind)), 2))


def _one_line(error: BaseException) -> str:
    if isinstance(error, DacapoError):
        return " ".join(str(error).split())
    text = " ".join(str(error).split())
    if not (text and isinstance(error, OSError | RuntimeError)):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"{text}. dacapo-engine --debug shows where this arose."
