"""A model applied to a volume, block by block."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import psutil
import torch
from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.local_contrast import standardize_locally
from dacapo_engine.experiments.trainers.precision import autocast, fast_layout

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.model import Model
    from dacapo_engine.experiments.run import Run

__all__ = ["BlockPredictor"]

# Seen on a U-Net of 12/36/108 features: bytes per input voxel and feature of the first level.
_BYTES_PER_FEATURE = 40
_MEMORY_SHARE = 0.25
_MOST_VOXELS = 1 << 24


@dataclass(frozen=True)
class BlockPredictor:
    """Predicts regions of a volume of any size.

    Blocks overlap by the context that the network looks at, so that the result does not depend
    on where they begin. Beyond the volume, raw is mirrored.

    Attributes
    ----------
    model
        In any mode; it is put into evaluation mode while it predicts.
    device
        Where to compute.
    precision
        Number format: auto, float32 or bfloat16.
    most_voxels
        Voxels of the largest block; fewer where there is not the memory for them.
    unmirror
        Where given, raw is predicted mirrored, too, and what this makes of it (see
        `Predictor.unmirror`) is averaged in: twice the time for fewer errors.
    most_context
        A network that keeps sizes is shown no more voxels than this beyond a block: several times
        faster for small blocks, and as good as in training, where it sees nothing beyond a patch.
        None shows it all that it can make use of.
    """

    model: Model
    device: torch.device
    precision: str = "auto"
    most_voxels: int | None = None
    unmirror: Callable[[torch.Tensor], torch.Tensor | None] | None = None
    most_context: int | None = None

    @classmethod
    def of_run(cls, run: Run, mirrored: bool = True) -> Self:
        """Predicts with the model of `run`, where it is and in the precision of its trainer.

        Parameters
        ----------
        mirrored
            Average with the prediction of mirrored raw, where the task can turn that.
        """
        device: torch.device = next(run.model.parameters()).device
        precision = getattr(run.config.trainer_config, "precision", "auto")
        unmirror = run.task.predictor.unmirror if mirrored else None
        return cls(run.model, device, precision, unmirror=unmirror)

    def predict(
        self, raw: Array, roi: Roi, on_progress: Callable[[float], None] = lambda share: None
    ) -> np.ndarray:
        """The prediction over `roi`, a region in world units: ``[c, (z,) y, x]`` float32.

        `on_progress` is told the share that is done after each block.
        """
        shape = roi.shape / raw.voxel_size
        result = np.empty((self.model.num_out_channels, *shape), dtype=np.float32)
        done = 0
        for block, prediction in self.blocks(raw, roi):
            begin = (block.begin - roi.begin) / raw.voxel_size
            spatial = tuple(
                slice(b, b + s) for b, s in zip(begin, prediction.shape[1:], strict=True)
            )
            result[(slice(None), *spatial)] = prediction
            done += prediction[0].size
            on_progress(done / result[0].size)
        return result

    def blocks(self, raw: Array, roi: Roi) -> Iterator[tuple[Roi, np.ndarray]]:
        """Region and prediction of each block that together cover `roi`."""
        voxel_size = raw.voxel_size
        shape = roi.shape / voxel_size
        step = self.block_shape(shape)
        for begin in itertools.product(
            *(range(0, extent, size) for extent, size in zip(shape, step, strict=True))
        ):
            size = [min(s, e - b) for b, s, e in zip(begin, step, shape, strict=True)]
            block = Roi(roi.begin + Coordinate(begin) * voxel_size, Coordinate(size) * voxel_size)
            yield block, self._predict_block(raw, block)

    def block_shape(self, shape: Sequence[int]) -> Coordinate:
        """Output shape of a block, in voxels, for a region of `shape` voxels."""
        step, context = self.model.architecture.block_step, self._context()
        most = min(self.most_voxels or _MOST_VOXELS, self._affordable_voxels())
        block = [-(-extent // s) * s for extent, s in zip(shape, step, strict=True)]
        while np.prod([b + 2 * c for b, c in zip(block, context, strict=True)]) > most:
            axis = int(np.argmax(block))
            halved = max(step[axis], block[axis] // 2 // step[axis] * step[axis])
            if halved == block[axis]:
                break
            block[axis] = halved
        return Coordinate(block)

    def _context(self) -> Coordinate:
        full = self.model.context
        keeps_sizes = self.model.output_shape == self.model.input_shape
        if self.most_context is None or not keeps_sizes:
            return full
        return Coordinate(min(reach, self.most_context) for reach in full)

    def _affordable_voxels(self) -> int:
        if self.device.type == "cuda":
            free = torch.cuda.mem_get_info(self.device)[0]
        else:
            free = psutil.virtual_memory().available
        features = getattr(self.model.architecture.config, "num_fmaps", 32)
        return int(min(_MOST_VOXELS, free * _MEMORY_SHARE / (_BYTES_PER_FEATURE * features)))

    def _predict_block(self, raw: Array, block: Roi) -> np.ndarray:
        read, crop = self._input(raw, block)
        data = self._read(raw, read)
        tensor = torch.from_numpy(data[None]).to(self.device)
        tensor = tensor.contiguous(memory_format=fast_layout(block.dims))
        mode = self.model.training
        self.model.eval()
        try:
            with torch.inference_mode(), autocast(self.precision, self.device):
                prediction = self._averaged(tensor)
        finally:
            self.model.train(mode)
        result: np.ndarray = prediction[(slice(None), *crop)].cpu().numpy()
        return result

    def _read(self, raw: Array, roi: Roi) -> np.ndarray:
        """What the network is shown over `roi`: ``[c, (z,) y, x]`` float32."""
        window = self.model.architecture.contrast_window
        if window is None:
            return _read_mirrored(raw, roi)
        margin = Coordinate(extent // 2 for extent in window)
        grown = roi.grow(margin * raw.voxel_size, margin * raw.voxel_size)
        evened = standardize_locally(_read_mirrored(raw, grown), window)
        inner = (slice(m, n - m) for m, n in zip(margin, evened.shape[1:], strict=True))
        return np.ascontiguousarray(evened[(slice(None), *inner)])

    def _averaged(self, raw: torch.Tensor) -> torch.Tensor:
        prediction: torch.Tensor = self.model(raw)[0].float()
        if self.unmirror is None:
            return prediction
        axes = tuple(range(2, raw.ndim))
        mirrored = self.model(raw.flip(axes))[0].float()
        turned = self.unmirror(mirrored.flip([axis - 1 for axis in axes]))
        if turned is None:
            return prediction
        return torch.where(turned.isnan(), prediction, (prediction + turned) / 2)

    def _input(self, raw: Array, block: Roi) -> tuple[Roi, tuple[slice, ...]]:
        """What to read for a block, and where in the output for that the block lies."""
        architecture = self.model.architecture
        voxel_size, steps = raw.voxel_size, architecture.block_step
        # Windows of the downsampling lie alike in all blocks, or there would be seams.
        phase = [
            n % t for n, t in zip((block.begin - raw.roi.begin) / voxel_size, steps, strict=True)
        ]
        shape = [p + n for p, n in zip(phase, block.shape / voxel_size, strict=True)]
        wanted = [
            (-(-n // t) - (-c // t) * 2) * t
            for n, c, t in zip(shape, self._context(), steps, strict=True)
        ]
        read_shape = architecture.fitting_input_shape(Coordinate(wanted))
        out_shape = architecture.output_shape(read_shape)
        lost = [(i - o) // 2 for i, o in zip(read_shape, out_shape, strict=True)]
        # The block lies in the middle of the output, as near as its phase allows.
        before = [
            (o - n) // 2 // t * t + p
            for o, n, t, p in zip(out_shape, shape, steps, phase, strict=True)
        ]
        begin = block.begin - Coordinate(np.add(lost, before).tolist()) * voxel_size
        crop = tuple(slice(b, b + n - p) for b, n, p in zip(before, shape, phase, strict=True))
        return Roi(begin, read_shape * voxel_size), crop


def _read_mirrored(raw: Array, roi: Roi) -> np.ndarray:
    """Raw over `roi` as float32 ``[c, (z,) y, x]``, mirrored where `roi` leaves the volume."""
    inside = roi.intersect(raw.roi)
    data = np.asarray(raw[inside], dtype=np.float32)
    if not np.isfinite(data).all():
        raise DataError(
            f"{raw.name or 'raw'} holds values that are not numbers (NaN or infinite).",
            hint="Replace them, or crop that region away.",
            place=str(inside),
        )
    data = data if raw.num_channels is not None else data[None]
    before = (inside.begin - roi.begin) / raw.voxel_size
    after = (roi.end - inside.end) / raw.voxel_size
    widths: list[tuple[int, int]] = [(0, 0), *zip(before, after, strict=True)]
    if min(data.shape[1:]) > 1:
        return np.pad(data, widths, mode="reflect")
    return np.pad(data, widths, mode="edge")
