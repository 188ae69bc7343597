"""The second judge: a segmenter that measures the shape of what the detector would take.

Two halves, as in the whole room. `opinion`, `mask_rule` and `second_judge` are the daemon's and
bring no array library; `mask_figures`, `segmenter`, `sam2_segmenter` and `measuring` are the
worker's.
"""
