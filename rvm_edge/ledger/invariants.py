"""The ledger's invariants as queries: each returns the rows that break one, and how.

Every query yields ``(row's name, what is wrong)`` and stands on its own, so that an auditor can run
it with any SQLite shell. Moments are only compared for being there and being equal, never for
order: wall clocks jump. Order is the history's `seq`, and `mono_s` within one opening.
"""

from __future__ import annotations

from rvm_edge.ledger.delivery_invariants import (
    DELIVERY_INVARIANTS,
    SOUND_OUTBOX,
    SOUND_PICTURE,
)

# What `items` says must be in the history: one row per step that the item has taken.
_EXPECTED = """
  SELECT client_uuid, 'inserted' AS step, inserted_at AS at, session_id AS detail FROM items
  UNION ALL SELECT client_uuid, 'decided', decided_at, reason FROM items
  UNION ALL SELECT client_uuid, 'given_back', given_back_at, '' FROM items
  UNION ALL SELECT client_uuid, 'in_doubt', doubted_at, doubt FROM items
  UNION ALL SELECT client_uuid, 'settled', settled_at, outcome FROM items
  UNION ALL SELECT client_uuid, 'delivered', delivered_at, '' FROM items
"""

_AT_IN_ITEM = """
  CASE s.step WHEN 'inserted' THEN i.inserted_at WHEN 'decided' THEN i.decided_at
    WHEN 'given_back' THEN i.given_back_at WHEN 'in_doubt' THEN i.doubted_at
    WHEN 'settled' THEN i.settled_at WHEN 'delivered' THEN i.delivered_at END
"""

_RANK = "CASE {0} WHEN 'inserted' THEN 0 WHEN 'decided' THEN 1 WHEN 'settled' THEN 3 \
WHEN 'delivered' THEN 4 ELSE 2 END"

# Every CHECK of the schema once more, because SQLite leaves CHECKs out of its integrity check on a
# reading connection. IS, so that NULL is an answer too.
_SOUND_ITEM = """
  state IN ('inserted', 'decided', 'in_doubt', 'settled', 'delivered')
  AND (decided_at IS NULL) = (accepted IS NULL) AND (decided_at IS NULL) = (reason IS NULL)
  AND (decided_at IS NULL) = (label IS NULL) AND (decided_at IS NULL) = (confidence IS NULL)
  AND (decided_at IS NULL) = (detections IS NULL) AND (decided_at IS NULL) = (model_hash IS NULL)
  AND (decided_at IS NULL) = (elapsed_ms IS NULL) AND (decided_at NOT NULL OR weight_g IS NULL)
  AND (accepted IS NULL OR accepted IN (0, 1)) AND (accepted IS 1) = (reason IS 'empty_pet')
  AND (confidence IS NULL OR confidence BETWEEN 0 AND 1)
  AND (elapsed_ms IS NULL OR elapsed_ms >= 0)
  AND (doubted_at IS NULL) = (doubt IS NULL) AND (settled_at IS NULL) = (outcome IS NULL)
  AND (outcome IS NULL OR outcome IN ('dropped', 'returned'))
  AND CASE state
    WHEN 'inserted' THEN
      decided_at IS NULL AND doubted_at IS NULL AND settled_at IS NULL AND delivered_at IS NULL
    WHEN 'decided' THEN
      decided_at IS NOT NULL AND doubted_at IS NULL AND settled_at IS NULL
      AND delivered_at IS NULL
    WHEN 'in_doubt' THEN doubted_at IS NOT NULL AND settled_at IS NULL AND delivered_at IS NULL
    WHEN 'settled' THEN settled_at IS NOT NULL AND delivered_at IS NULL
    WHEN 'delivered' THEN settled_at IS NOT NULL AND delivered_at IS NOT NULL
    ELSE 0 END
"""

_SOUND_SESSION = """
  mode IN ('guest', 'user') AND (owner = '') = (mode = 'guest')
  AND (closed_at IS NULL) = (why IS NULL)
"""


def _gaps(table: str, key: str) -> str:
    """Rows are numbered without a gap, and the last one is the last that was ever given out."""
    return f"""
      SELECT '{table} ' || (before + 1) AS row, 'rows ' || (before + 1) || ' to ' || ({key} - 1)
        || ' are gone' AS what
      FROM (SELECT {key}, lag({key}, 1, 0) OVER (ORDER BY {key}) AS before FROM {table})
      WHERE {key} <> before + 1
      UNION ALL
      SELECT '{table} ' || seq, 'the newest rows up to ' || seq || ' are gone'
      FROM sqlite_sequence WHERE name = '{table}'
        AND seq > (SELECT coalesce(max({key}), 0) FROM {table})
    """  # noqa: S608 - both are constants of this module


def _repeated(steps: str) -> str:
    return f"""
      SELECT 'item ' || client_uuid, step || ' ' || count(*) || ' times: ' || group_concat(
        detail || ' (step ' || seq || ')', ', ')
      FROM steps WHERE step IN ({steps}) GROUP BY client_uuid, step HAVING count(*) > 1
    """  # noqa: S608 - a constant of this module


INVARIANTS: dict[str, str] = {
    "credited_not_dropped": """
      SELECT 'item ' || client_uuid, 'delivered, but its outcome is ' || coalesce(outcome, 'none')
      FROM items WHERE (state = 'delivered' OR delivered_at IS NOT NULL)
        AND outcome IS NOT 'dropped'
    """,
    "outbox_without_drop": """
      SELECT 'outbox ' || o.number, 'item ' || o.client_uuid || ': '
        || CASE WHEN i.number IS NULL THEN 'unknown' ELSE coalesce(i.outcome, i.state) END
      FROM outbox AS o LEFT JOIN items AS i ON i.client_uuid = o.client_uuid
      WHERE i.outcome IS NOT 'dropped'
    """,
    "dropped_not_accepted": """
      SELECT 'item ' || client_uuid, 'dropped, but its verdict is ' || coalesce(reason, 'none')
      FROM items WHERE outcome = 'dropped' AND accepted IS NOT 1
    """,
    "dropped_after_given_back": """
      SELECT 'item ' || client_uuid, 'dropped, but given back at ' || given_back_at
      FROM items WHERE outcome = 'dropped' AND given_back_at IS NOT NULL
    """,
    "dropped_not_recorded": """
      SELECT 'item ' || client_uuid, 'dropped, but not in the outbox'
      FROM items WHERE outcome = 'dropped' AND client_uuid NOT IN (SELECT client_uuid FROM outbox)
    """,
    "delivery_contradicts": """
      SELECT 'outbox ' || o.number, 'item ' || i.client_uuid || ' is ' || i.state
        || ', its outbox row ' || o.state
      FROM outbox AS o JOIN items AS i ON i.client_uuid = o.client_uuid
      WHERE (i.state = 'delivered') <> (o.state = 'delivered')
    """,
    "decided_twice": _repeated("'decided'"),
    "settled_twice": _repeated("'settled'"),
    "step_repeated": _repeated("'inserted', 'given_back', 'in_doubt', 'delivered'"),
    "unresolved": """
      SELECT 'item ' || client_uuid, state || ', although later items exist'
      FROM items WHERE outcome IS NULL AND number < (SELECT max(number) FROM items)
    """,
    "two_open_sessions": """
      SELECT 'session ' || session_id, 'open, although later sessions exist'
      FROM sessions WHERE closed_at IS NULL AND number < (SELECT max(number) FROM sessions)
    """,
    "without_session": """
      SELECT 'item ' || client_uuid, 'session ' || session_id || ' is unknown'
      FROM items WHERE session_id NOT IN (SELECT session_id FROM sessions)
    """,
    "owner_differs": """
      SELECT 'item ' || i.client_uuid, i.mode || ' ' || i.owner || ', but its session is of '
        || s.mode || ' ' || s.owner
      FROM items AS i JOIN sessions AS s ON s.session_id = i.session_id
      WHERE s.mode <> i.mode OR s.owner <> i.owner
    """,
    "state_contradicts": f"""
      SELECT 'item ' || client_uuid, 'state ' || state || ', verdict ' || coalesce(reason, 'none')
        || ', outcome ' || coalesce(outcome, 'none') || ' do not fit its moments and figures'
      FROM items WHERE ({_SOUND_ITEM}) IS NOT 1
      UNION ALL
      SELECT 'session ' || session_id, 'mode ' || mode || ', owner ' || owner || ', end '
        || coalesce(why, 'none') || ' do not fit'
      FROM sessions WHERE ({_SOUND_SESSION}) IS NOT 1
      UNION ALL
      SELECT 'outbox ' || number, 'state ' || state || ' does not fit its moments'
      FROM outbox WHERE ({SOUND_OUTBOX}) IS NOT 1
      UNION ALL
      SELECT 'picture ' || client_uuid, 'its moments and figures do not fit each other'
      FROM pictures WHERE ({SOUND_PICTURE}) IS NOT 1
    """,  # noqa: S608 - constants of this module
    "history_disagrees": f"""
      SELECT 'item ' || e.client_uuid, 'the history lacks ' || e.step || ' at ' || e.at
      FROM ({_EXPECTED}) AS e LEFT JOIN steps AS s
        ON s.client_uuid = e.client_uuid AND s.step = e.step AND s.at = e.at
        AND s.detail IS e.detail
      WHERE e.at IS NOT NULL AND s.seq IS NULL
      UNION ALL
      SELECT 'step ' || s.seq, 'item ' || s.client_uuid || ' does not say ' || s.step || ' at '
        || s.at
      FROM steps AS s LEFT JOIN items AS i ON i.client_uuid = s.client_uuid
      WHERE s.at IS NOT {_AT_IN_ITEM}
    """,  # noqa: S608 - constants of this module
    "history_out_of_order": f"""
      SELECT 'step ' || b.seq, b.step || ' of item ' || b.client_uuid || ' came after ' || a.step
      FROM steps AS a JOIN steps AS b ON b.client_uuid = a.client_uuid AND b.seq > a.seq
      WHERE {_RANK.format("a.step")} > {_RANK.format("b.step")}
      UNION ALL
      SELECT 'step ' || seq, 'its clock ran backwards'
      FROM (SELECT seq, opening, mono_s, lag(mono_s) OVER w AS mono_before,
              lag(opening) OVER w AS opening_before FROM steps WINDOW w AS (ORDER BY seq))
      WHERE opening < opening_before OR (opening = opening_before AND mono_s < mono_before)
    """,  # noqa: S608 - constants of this module
    "row_missing": " UNION ALL ".join(
        (
            _gaps("steps", "seq"),
            _gaps("items", "number"),
            _gaps("sessions", "number"),
            _gaps("outbox", "number"),
            _gaps("dead_letters", "number"),
            _gaps("pictures", "number"),
            _gaps("registrations", "number"),
        )
    ),
    **DELIVERY_INVARIANTS,
}
"""By the violation's kind."""
