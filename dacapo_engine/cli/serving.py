"""What commands share that serve a view until somebody ends them."""

from __future__ import annotations

import json
import sys
import webbrowser
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dacapo_engine.neuroglance.view_process import ViewProcess

__all__ = ["BIND_ADDRESS", "BIND_PORT", "NO_BROWSER", "serve_until_end"]

BIND_ADDRESS = click.option(
    "--bind-address",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen. 0.0.0.0 lets every machine of the network in that knows the address.",
)
BIND_PORT = click.option("--bind-port", default=0, help="Port; a free one if not given.")
NO_BROWSER = click.option("--no-browser", is_flag=True, help="Only print the address, as JSON.")


def serve_until_end(view: ViewProcess, *, no_browser: bool) -> None:
    """Tell where `view` is and open it, then wait for Ctrl-C.

    Whoever started this in the background ends it by closing its standard input.
    """
    if no_browser:
        click.echo(json.dumps({"url": view.url, "ssh": view.ssh_line}))
    else:
        click.echo(f"Showing at {view.url}")
        click.echo(f"From another machine: {view.ssh_line}", err=True)
        webbrowser.open(view.url)
    sys.stdout.flush()
    try:
        while sys.stdin.readline():
            continue
    except KeyboardInterrupt:
        return
