"""The items' pictures: files in a folder of their own, and a row for each in the ledger."""

from rvm_edge.ledger.evidence.book import PictureBook
from rvm_edge.ledger.evidence.folder import EvidenceFolder, open_evidence
from rvm_edge.ledger.evidence.rows import WaitingPicture

__all__ = ["EvidenceFolder", "PictureBook", "WaitingPicture", "open_evidence"]
