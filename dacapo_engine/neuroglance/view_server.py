"""The process in which a view is served."""

from __future__ import annotations

import logging
import secrets
from multiprocessing.connection import Connection

from dacapo_engine.errors import DacapoError
from dacapo_engine.neuroglance.scene import Scene

__all__ = ["serve"]


def serve(connection: Connection, scene: Scene, bind_address: str, bind_port: int) -> None:
    """Serve `scene` until the other end says ``close`` or is gone.

    Sends ``{"url": ...}``, or the error that kept the scene from being opened, and then answers
    each request. The address holds a token that nobody can guess.
    """
    import neuroglancer

    try:
        neuroglancer.set_server_bind_address(bind_address, bind_port)
        viewer = neuroglancer.Viewer(token=secrets.token_urlsafe(24))
        scene.open(viewer)
        connection.send({"url": str(viewer)})
        _answer(connection, scene)
    except DacapoError as error:
        connection.send({"error": error.as_dict()})
    except OSError as error:
        words = f"The view cannot be served on {bind_address}:{bind_port}: {error}."
        connection.send({"error": {"message": words}})
    except EOFError:
        return
    finally:
        # What a browser still asks for while the server goes away concerns nobody.
        logging.getLogger("tornado").setLevel(logging.CRITICAL)
        neuroglancer.stop()
        scene.close()


def _answer(connection: Connection, scene: Scene) -> None:
    while (request := connection.recv()) != "close":
        try:
            connection.send(scene.answer(request))
        except DacapoError as error:
            connection.send({"error": error.as_dict()})
