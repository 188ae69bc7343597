"""The second judge: a segmenter that measures the shape of what the detector would take.

Two halves, as in the whole room. `opinion`, `mask_rule` and `hearing` are the daemon's and
bring no array library; `mask_figures`, `segmenter`, `sam2_segmenter`, `measuring` and `seat` are
the worker's.
"""
