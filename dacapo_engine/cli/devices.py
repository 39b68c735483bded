"""``dacapo-engine devices``."""

from __future__ import annotations

import json

import click

__all__ = ["devices"]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def devices(as_json: bool) -> None:
    """List the devices a network can be trained on."""
    from dacapo_engine.devices import list_devices

    found = list_devices()
    if as_json:
        click.echo(json.dumps([device.as_dict() for device in found]))
        return
    for device in found:
        facts = ", ".join(part for part in (device.title, device.memory_text) if part)
        click.echo(f"{device.name:8} {device.message or facts}")
