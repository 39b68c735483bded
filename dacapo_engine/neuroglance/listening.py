"""Where a view listens: on this machine alone unless somebody says otherwise."""

from __future__ import annotations

import errno
import getpass
import ipaddress
import logging
import platform
import socket
from urllib.parse import urlsplit

from dacapo_engine.errors import ConfigError

__all__ = ["check_listening", "is_open_to_others", "ssh_line"]

logger = logging.getLogger(__name__)

_MOST_PORT = 65535


def check_listening(address: str, port: int) -> None:
    """Whether a server can listen there; an address that others reach is warned of.

    Parameters
    ----------
    port
        0 for any that is free.

    Raises
    ------
    ConfigError
        If the address is not of this machine, or the port is taken.
    """
    if not 0 <= port <= _MOST_PORT:
        raise ConfigError(f"A port is a number from 0 to {_MOST_PORT}, not {port}.")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.bind(place)
    except OSError as error:
        raise _cannot_listen(address, port, error) from error
    if is_open_to_others(address):
        logger.warning(
            "Whoever reaches this machine on the network and knows the address of the view can "
            "look at the data: it listens on %s.",
            address,
        )


def is_open_to_others(address: str) -> bool:
    """Whether other machines reach a server that listens on `address`."""
    try:
        return not ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address != "localhost"


def ssh_line(url: str) -> str:
    """What to type on another machine, so that a browser there finds `url` as it is."""
    port = urlsplit(url).port
    return f"ssh -N -L {port}:127.0.0.1:{port} {getpass.getuser()}@{platform.node()}"


def _cannot_listen(address: str, port: int, error: OSError) -> ConfigError:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return ConfigError(
            f"Cannot listen on {address!r}, which is no address of this machine.",
            hint="Take 127.0.0.1, which only programs of this machine reach.",
        )
    return ConfigError(
        f"Cannot listen on {address}:{port}: {error.strerror or error}.",
        hint="Take another port, or 0 for any that is free.",
    )
