"""The eyes: from an item's pictures to a verdict.

Two halves. The daemon's half (`eyes`, `acceptance`, `wire`, `tray`, `model_store`) is small and
imports no array or image library. The worker's half (`worker`, `picture`, `jpeg`, `letterbox`,
`decode`, `onnx_detector`) does, and lives in a process of its own. `models` brings new models, and
loads none itself.
"""

import os

# OpenCV reads its limit when it is first imported, and only modules of this package import it.
# `picture_header` checks every picture before OpenCV sees it; this is the second lock.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "50000000")
