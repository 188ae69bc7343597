"""SAM 2.1 as the segmenter, with weights that the owner of the machine supplies.

The package is Meta's `sam2`; its licence is Apache-2.0. No weights come with this program. They are
read once, hashed, and loaded restricted (`weights_only`), so that nothing in the file is run.
"""

from __future__ import annotations

import io
import pickle
import warnings
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from rvm_edge.settings import SegmenterSettings
from rvm_edge.vision.backends.device import choose_device
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.model_checks import read_model
from rvm_edge.vision.segmenter.mask_figures import Box, Mask
from rvm_edge.vision.segmenter.segmenter import Segmentation, SegmenterError

CONFIGS: Final = {
    "tiny": "configs/sam2.1/sam2.1_hiera_t.yaml",
    "small": "configs/sam2.1/sam2.1_hiera_s.yaml",
    "base_plus": "configs/sam2.1/sam2.1_hiera_b+.yaml",
    "large": "configs/sam2.1/sam2.1_hiera_l.yaml",
}

_MOST_BYTES = 2 * 1024**3
_SURE = 0.7
"""Below this, by its own estimate, an outline beside the item is not worth a question."""


class Predictor(Protocol):
    """As much of `sam2.sam2_image_predictor.SAM2ImagePredictor` as is used."""

    def set_image(self, image: NDArray[np.uint8]) -> None:
        """Look at a picture, red green blue."""
        ...

    def predict(
        self,
        point_coords: NDArray[np.float32] | None = None,
        point_labels: NDArray[np.int32] | None = None,
        box: NDArray[np.float32] | None = None,
        *,
        multimask_output: bool,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return masks above 0.5 where the thing is, how sure each is, and its small logits."""
        ...


class Sam2Segmenter:
    """Implements `Segmenter`."""

    def __init__(self, predictor: Predictor, name: str, *, device: str, half: bool) -> None:
        """Wrap a predictor; `load` is the way to get one."""
        self._predictor = predictor
        self._half = half and device != "cpu"
        self.name = name

    @classmethod
    def load(
        cls, settings: SegmenterSettings, *, device: str, half: bool, threads: int
    ) -> Sam2Segmenter:
        """Read, check and prepare the model.

        Args:
            settings: which, and how large it looks.
            device: as in the settings of the eyes.
            half: compute with half precision on a GPU.
            threads: how many it may use on a CPU; torch counts them for each thread that calls it.

        Raises:
            SegmenterError: the package or the weights are missing, or they are not what they must
                be.
        """
        side = settings.input_side
        try:
            content, sha256 = read_model(
                Path(settings.checkpoint), settings.checkpoint_sha256, _MOST_BYTES
            )
            place = _import_and_choose(device, threads)
            predictor = _build(content, CONFIGS[settings.size], side, place)
        except ModelError as error:
            raise SegmenterError(f"SAM 2: {error}") from error
        name = f"sam2.1_hiera_{settings.size} at {side} px, SHA-256 {sha256[:12]}"
        return cls(predictor, name, device=place, half=half)

    def segment(self, picture: NDArray[np.uint8], box: Box, probes: int) -> Segmentation:
        """Find the item, and what else lies there; see `Segmenter.segment`."""
        import torch  # noqa: PLC0415 - loaded by now

        with (
            torch.inference_mode(),
            torch.autocast("cuda", dtype=torch.bfloat16, enabled=self._half),
        ):
            self._predictor.set_image(np.ascontiguousarray(picture[:, :, ::-1]))
            masks, _, _ = self._predictor.predict(
                box=np.array(box, dtype=np.float32), multimask_output=False
            )
            item = _as_masks(masks, picture)[0]
            return Segmentation(item, self._around(picture, item, probes))

    def _around(self, picture: NDArray[np.uint8], item: Mask, probes: int) -> tuple[Mask, ...]:
        points = probe_points(item, probes)
        if not len(points):
            return ()
        masks, sure, _ = self._predictor.predict(
            point_coords=points[:, None, :],
            point_labels=np.ones((len(points), 1), dtype=np.int32),
            multimask_output=False,
        )
        found = _as_masks(masks, picture)
        return tuple(
            mask for mask, one in zip(found, np.ravel(sure), strict=True) if float(one) >= _SURE
        )


def probe_points(item: Mask, probes: int) -> NDArray[np.float32]:
    """Return points in a grid over the picture that do not lie on the item: (n, 2), x and y."""
    height, width = item.shape
    shares = (np.arange(probes) + 0.5) / max(1, probes)
    points = [
        (x, y)
        for y in (shares * height).astype(int)
        for x in (shares * width).astype(int)
        if not item[y, x]
    ]
    return np.array(points, dtype=np.float32).reshape(-1, 2)


def _as_masks(masks: NDArray[np.float32], picture: NDArray[np.uint8]) -> list[Mask]:
    height, width = picture.shape[:2]
    if masks.shape[-2:] != (height, width) or not np.isfinite(masks).all():
        raise SegmenterError(f"SAM 2 gave masks of shape {masks.shape}, or not finite ones")
    return list(masks.reshape(-1, height, width) > 0)


def _import_and_choose(device: str, threads: int) -> str:
    try:
        import sam2.build_sam  # noqa: PLC0415
        import torch  # noqa: PLC0415
    except ImportError as error:
        raise SegmenterError(
            f"SAM 2 cannot be imported ({error}); it comes with the extra ai: make setup-ai"
        ) from error
    del sam2
    torch.set_num_threads(threads)
    return choose_device(device)


def _build(content: bytes, config: str, side: int, device: str) -> Predictor:
    """Build the network for a square of `side` pixels and put the weights into it."""
    import torch  # noqa: PLC0415 - loaded by now
    from sam2.build_sam import build_sam2  # noqa: PLC0415
    from sam2.sam2_image_predictor import SAM2ImagePredictor  # noqa: PLC0415

    network = build_sam2(config, device="cpu", hydra_overrides_extra=[f"++model.image_size={side}"])
    try:
        saved: object = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        weights = saved["model"] if isinstance(saved, dict) and "model" in saved else saved
        network.load_state_dict(weights)
    except (RuntimeError, pickle.UnpicklingError, EOFError, TypeError, AttributeError) as error:
        first_line = str(error).strip().split("\n", 1)[0][:200]
        raise SegmenterError(f"SAM 2: the weights do not fit: {first_line}") from error
    with warnings.catch_warnings():
        # The package scripts its resizing in a way that newer torch would rather not see.
        warnings.filterwarnings("ignore", r"`torch\.jit\.script` is deprecated", FutureWarning)
        predictor = SAM2ImagePredictor(network.to(device))
    # It has the sizes of its feature maps written down for 1024 pixels alone.
    predictor._bb_feat_sizes = [(side // step,) * 2 for step in (4, 8, 16)]  # noqa: SLF001
    made: Predictor = predictor
    return made
