"""The invariants of what is on its way to the server; see `rvm_edge.ledger.invariants`."""

from __future__ import annotations

SOUND_OUTBOX = """
  (state = 'delivered') = (delivered_at NOT NULL) AND state IN ('waiting', 'delivered', 'dead')
  AND attempts >= 0 AND unanswered BETWEEN 0 AND attempts AND (sent_at IS NULL) = (unanswered = 0)
"""
"""Every CHECK of `outbox` once more."""

SOUND_PICTURE = """
  accepted IN (0, 1) AND reduced IN (0, 1) AND bytes > 0 AND attempts >= 0
  AND (uploaded_at IS NULL) = (uploaded_opening IS NULL)
  AND (uploaded_at IS NULL) = (uploaded_mono_s IS NULL)
  AND (uploaded_at IS NULL OR given_up IS NULL) AND (removed_at IS NULL) = (why_removed IS NULL)
  AND (removed_at IS NULL OR why_removed IN ('delivered', 'expired', 'no_room', 'lost'))
  AND (why_removed IS NOT 'delivered' OR uploaded_at NOT NULL)
"""
"""Every CHECK of `pictures` that concerns one column or another, once more."""

DELIVERY_INVARIANTS: dict[str, str] = {
    "registration_contradicts": """
      SELECT 'item ' || i.client_uuid, 'taken under registration ' || i.registration
        || ', which is unknown'
      FROM items AS i LEFT JOIN registrations AS r ON r.number = i.registration
      WHERE i.registration NOT NULL AND r.number IS NULL
      UNION ALL
      SELECT 'item ' || client_uuid, 'of nobody, although the machine knows who it is'
      FROM items WHERE registration IS NULL
        AND EXISTS (SELECT 1 FROM registrations WHERE in_force = 1)
      UNION ALL
      SELECT 'session ' || session_id, 'opened under registration ' || registration
        || ', which is unknown'
      FROM sessions
      WHERE registration NOT NULL AND registration NOT IN (SELECT number FROM registrations)
      UNION ALL
      SELECT 'session ' || session_id, 'of nobody, although the machine knows who it is'
      FROM sessions WHERE registration IS NULL
        AND EXISTS (SELECT 1 FROM registrations WHERE in_force = 1)
      UNION ALL
      SELECT 'item ' || i.client_uuid, 'taken under another registration than its session'
      FROM items AS i JOIN sessions AS s ON s.session_id = i.session_id
      WHERE i.registration IS NOT s.registration
      UNION ALL
      SELECT 'registration ' || number, 'in force beside another one'
      FROM registrations WHERE in_force <> 0
        AND (SELECT count(*) FROM registrations WHERE in_force <> 0) > 1
    """,
    "dead_letter_contradicts": """
      SELECT 'outbox ' || o.number, 'a dead letter, but no reason for it is kept'
      FROM outbox AS o LEFT JOIN dead_letters AS d
        ON d.client_uuid = o.client_uuid AND d.retried_at IS NULL
      WHERE o.state = 'dead' AND d.number IS NULL
      UNION ALL
      SELECT 'dead letter ' || d.number, 'item ' || d.client_uuid || ' is '
        || coalesce(o.state, 'unknown') || ' in the outbox'
      FROM dead_letters AS d LEFT JOIN outbox AS o ON o.client_uuid = d.client_uuid
      WHERE d.retried_at IS NULL AND o.state IS NOT 'dead'
    """,
    "delivered_unproved": """
      SELECT 'outbox ' || number, 'item ' || client_uuid || ' is delivered, but of ' || attempts
        || ' requests ' || unanswered || ' have no answer'
      FROM outbox WHERE state = 'delivered' AND attempts > 0 AND unanswered >= attempts
    """,
    "picture_contradicts": """
      SELECT 'picture ' || p.client_uuid, 'accepted ' || p.accepted || ', but the verdict is '
        || coalesce(i.reason, 'none')
      FROM pictures AS p LEFT JOIN items AS i ON i.client_uuid = p.client_uuid
      WHERE p.accepted IS NOT i.accepted
    """,
    "picture_removed_too_soon": """
      SELECT 'picture ' || client_uuid, 'of an accepted item, removed (' || why_removed
        || ') before the server had it'
      FROM pictures WHERE accepted = 1 AND removed_at IS NOT NULL AND uploaded_at IS NULL
        AND given_up IS NULL AND why_removed IS NOT 'lost'
    """,
}
"""By the violation's kind."""
