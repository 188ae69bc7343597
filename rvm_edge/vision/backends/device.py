"""Where torch computes."""

from __future__ import annotations

from rvm_edge.vision.detector import ModelError


def choose_device(asked: str) -> str:
    """Return torch's name of a device: `cpu`, or `cuda:0` and up.

    Args:
        asked: `auto` for the GPU where there is one, or a name.

    Raises:
        ModelError: a GPU is asked for that is not there.
    """
    import torch  # noqa: PLC0415 - only the extra ai has it

    count = int(torch.cuda.device_count()) if torch.cuda.is_available() else 0
    if asked == "cpu" or (asked == "auto" and count == 0):
        return "cpu"
    number = int(asked.partition(":")[2] or 0)
    if number >= count:
        raise ModelError(f"vision.device is {asked}, and torch finds {count} GPUs")
    return f"cuda:{number}"
