"""Ultralytics kept from calling out, from installing anything, and from running what it loads.

Its switches are environment variables that it reads when it is imported:

- `YOLO_OFFLINE`: no host is contacted; without it the import asks for two of them, and the default
  settings then report to www.google-analytics.com;
- `YOLO_AUTOINSTALL`: a missing package is not installed with pip behind everybody's back;
- `ULTRALYTICS_SAFE_LOAD`: a `.pt` is a pickle, and may name only the classes of known layers;
- `YOLO_CONFIG_DIR`: where it writes its settings;
- `YOLO_VERBOSE`: nothing but errors is printed.
"""

from __future__ import annotations

import os
from pathlib import Path

from rvm_edge.vision.detector import ModelError

_SWITCHES = {
    "YOLO_OFFLINE": "1",
    "YOLO_AUTOINSTALL": "0",
    "ULTRALYTICS_SAFE_LOAD": "1",
    "YOLO_VERBOSE": "0",
}


def silence(settings_folder: Path) -> None:
    """Set the switches, import Ultralytics, and see that it has understood them.

    Args:
        settings_folder: where it may write its settings. It reads them once, so that the folder may
            go afterwards.

    Raises:
        ModelError: it is not installed, or it was imported before and the switches came too late.
    """
    os.environ.update(_SWITCHES)
    os.environ["YOLO_CONFIG_DIR"] = str(settings_folder)
    try:
        import torch  # noqa: F401, PLC0415 - alone it says more clearly what it lacks
        import ultralytics.utils as ultralytics  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(
            f"Ultralytics cannot be imported ({error}); it comes with the extra ai: make setup-ai"
        ) from error
    if ultralytics.ONLINE or ultralytics.AUTOINSTALL or not ultralytics.SAFE_LOAD:
        raise ModelError("Ultralytics was imported before its switches were set")


def assert_restricted_loading(path: Path) -> None:
    """See that torch can load a pickle without running what is in it.

    Where torch is older than 2.6, Ultralytics falls back to the unrestricted load and says nothing.

    Raises:
        ModelError: it cannot.
    """
    import torch  # noqa: PLC0415 - see `silence`

    if not hasattr(torch.serialization, "get_unsafe_globals_in_checkpoint"):
        raise ModelError(
            f"{path} is a pickle, and torch {torch.__version__} can only load one by running it; "
            "use torch 2.6 or newer, or export the model to ONNX"
        )
