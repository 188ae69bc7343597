"""The loss for things with two labels: what a thing is, and whether it is empty.

Ultralytics gives each place in the picture to one labelled box alone. Two labels on one box would
compete for the same places; the second would lose them all to the first, and be taught there that
nothing is inside. So a box is assigned once, for what it is, and the places it gets learn both.
"""

from __future__ import annotations

import torch
from ultralytics.cfg import get_cfg
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.loss import v8DetectionLoss
from ultralytics.utils.tal import TaskAlignedAssigner

from rvm_edge.training.dataset import CLASSES
from rvm_edge.vision.classes import NOT_EMPTY

_NOT_EMPTY = CLASSES.index(NOT_EMPTY)

FILLED = len(CLASSES)
"""Added to the class number of a thing that is not empty, on its way to the assigner."""


class TwinLabelAssigner(TaskAlignedAssigner):  # type: ignore[misc] # Ultralytics has no types
    """Assigns each box by what it is, and lets its places learn `not_empty` as well."""

    def forward(  # noqa: PLR0917 - as Ultralytics calls it
        self,
        pd_scores: torch.Tensor,
        pd_bboxes: torch.Tensor,
        anc_points: torch.Tensor,
        gt_labels: torch.Tensor,
        gt_bboxes: torch.Tensor,
        mask_gt: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        """Take the two labels apart and assign by the first."""
        self._filled = gt_labels[..., 0] >= FILLED
        assigned: tuple[torch.Tensor, ...] = super().forward(
            pd_scores, pd_bboxes, anc_points, gt_labels % FILLED, gt_bboxes, mask_gt
        )
        return assigned

    def get_targets(
        self,
        gt_labels: torch.Tensor,
        gt_bboxes: torch.Tensor,
        target_gt_idx: torch.Tensor,
        fg_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Add the second label to the places that a box was given."""
        labels, boxes, scores = super().get_targets(gt_labels, gt_bboxes, target_gt_idx, fg_mask)
        filled = self._filled.gather(1, target_gt_idx) & (fg_mask > 0)
        scores[..., _NOT_EMPTY] = filled.to(scores.dtype)
        return labels, boxes, scores


class TwinLabelLoss:
    """The detection loss of YOLO11, with `TwinLabelAssigner` in the assigner's place."""

    def __init__(self, model: DetectionModel, class_gain: float, not_empty_gain: float) -> None:
        """Build it for a model on its device.

        Args:
            model: that learns.
            class_gain: the weight of the class loss beside the loss of the boxes.
            not_empty_gain: the weight of `not_empty` beside the other classes.
        """
        model.args = get_cfg(overrides={"cls": class_gain})
        model.class_weights = torch.ones(len(CLASSES))
        model.class_weights[_NOT_EMPTY] = not_empty_gain
        self._loss = v8DetectionLoss(model)
        known = self._loss.assigner
        self._loss.assigner = TwinLabelAssigner(
            topk=known.topk,
            num_classes=known.num_classes,
            alpha=known.alpha,
            beta=known.beta,
            stride=known.stride,
        )

    def __call__(
        self,
        predictions: dict[str, torch.Tensor | list[torch.Tensor]],
        batch: dict[str, torch.Tensor],
    ) -> torch.Tensor:
        """Return the loss of a batch, summed over its three parts and its pictures."""
        exact = {
            key: [one.float() for one in value] if isinstance(value, list) else value.float()
            for key, value in predictions.items()
        }
        total, _ = self._loss(exact, batch)
        return total.sum()
