"""Samples of a pipeline as Neuroglancer layers; runs in a process of its own."""

from __future__ import annotations

import secrets
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.trainers.sample_pipeline import Sample, SamplePipeline
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan

__all__ = ["PipelineViewer", "serve"]

_METRES_PER_NM = 1e-9
_PIXELS_ACROSS = 250
_SHADERS = {
    "raw": "#uicontrol invlerp normalized(range=[0, 1])\n"
    "void main() { emitGrayscale(normalized()); }",
    "target": "void main() { emitGrayscale(toNormalized(getDataValue())); }",
    "weight": "#uicontrol invlerp normalized(range=[0, 4])\n"
    "void main() { emitGrayscale(normalized()); }",
    "mask": "void main() { emitRGBA(vec4(0, 0.4, 0, 0.2 * float(toRaw(getDataValue())))); }",
}


class PipelineViewer:
    """A Neuroglancer viewer that shows one sample at a time.

    The key ``t`` shows the next one.

    Parameters
    ----------
    plan
        What to draw samples from.
    voxel_size_nm
        Voxel size of raw.
    bind_address, bind_port
        Where to listen; port 0 takes a free one.
    """

    def __init__(
        self,
        plan: SamplePlan,
        voxel_size_nm: tuple[float, ...],
        bind_address: str,
        bind_port: int,
    ) -> None:
        import neuroglancer

        neuroglancer.set_server_bind_address(bind_address, bind_port)
        self._pipeline = SamplePipeline(plan)
        self._voxel_size_nm = voxel_size_nm
        self._next = 0
        self._viewer = neuroglancer.Viewer(token=secrets.token_urlsafe(24))
        self._viewer.actions.add("next-sample", lambda _: self.show_next())
        with self._viewer.config_state.txn() as state:
            state.input_event_bindings.viewer["keyt"] = "next-sample"

    @property
    def url(self) -> str:
        """The address of the viewer, its unguessable token included."""
        return str(self._viewer)

    def show_next(self) -> int:
        """Show the next sample; returns its number."""
        index, self._next = self._next, self._next + 1
        sample = self._pipeline.sample(index)
        with self._viewer.txn() as state:
            state.dimensions = self._space()
            state.layers.clear()
            for name in ("raw", "gt", "target", "weight", "mask"):
                state.layers[name] = self._layer(name, getattr(sample, name), sample)
            state.layers["raw"].visible = True
            for name in ("target", "weight", "mask"):
                state.layers[name].visible = False
            state.position = [0.5] * len(self._voxel_size_nm)
            state.cross_section_scale = max(sample.raw.shape[1:]) / _PIXELS_ACROSS
        with self._viewer.config_state.txn() as config:
            config.status_messages["sample"] = f"sample {index} (press t for the next)"
        return index

    def _space(self, channels: bool = False) -> Any:
        import neuroglancer

        names = ["z", "y", "x"][-len(self._voxel_size_nm) :]
        scales = [size * _METRES_PER_NM for size in self._voxel_size_nm]
        return neuroglancer.CoordinateSpace(
            names=["c^", *names] if channels else names,
            units=["", *["m"] * len(names)] if channels else "m",
            scales=[1, *scales] if channels else scales,
        )

    def _layer(self, name: str, data: np.ndarray, sample: Sample) -> Any:
        import neuroglancer

        dims = len(self._voxel_size_nm)
        channels = data.ndim > dims
        shape = data.shape[-dims:]
        offset = [-(extent // 2) for extent in shape]
        volume = neuroglancer.LocalVolume(
            data=data.astype(np.uint8) if data.dtype == bool else data,
            dimensions=self._space(channels),
            voxel_offset=[0, *offset] if channels else offset,
            volume_type="segmentation" if name == "gt" else "image",
        )
        if name == "gt":
            return neuroglancer.SegmentationLayer(source=volume)
        return neuroglancer.ImageLayer(source=volume, shader=_SHADERS[name])


def serve(
    connection: Connection,
    plan: SamplePlan,
    voxel_size_nm: tuple[float, ...],
    bind_address: str,
    bind_port: int,
) -> None:
    """Show samples until the other end says ``close`` or is gone.

    Sends the URL, or the error that kept the viewer from starting, and answers ``next`` with
    the number of the sample shown.
    """
    try:
        viewer = PipelineViewer(plan, voxel_size_nm, bind_address, bind_port)
        viewer.show_next()
        connection.send({"url": viewer.url})
        while connection.recv() == "next":
            connection.send({"index": viewer.show_next()})
    except DacapoError as error:
        connection.send({"error": str(error)})
    except OSError as error:
        connection.send({"error": f"Cannot listen on {bind_address}:{bind_port}: {error}."})
    except EOFError:
        return
