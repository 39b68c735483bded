"""Which devices there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dacapo_engine.devices import list_devices
from dacapo_engine.service.desk import Desk

__all__ = ["devices"]


def devices(parameters: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """All devices a network can be trained on, as ``{"devices": [{name, title, ...}]}``."""
    return {"devices": [device.as_dict() for device in list_devices()]}
