-- A ledger as migration 0001 left it, with four items. Never made again: it stands for the
-- machines in the field.
PRAGMA journal_mode = WAL;
PRAGMA application_id = 1381387596;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'ledger','0001_life_of_an_item','2026-11-24 00:27:31.716810+00:00');
CREATE TABLE flags (
  name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
  value INTEGER NOT NULL CHECK (value IN (0, 1)),
  changed_at TEXT NOT NULL CHECK (changed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z')
) STRICT
;
INSERT INTO "flags" VALUES('blocked',1,'2026-03-01T08:00:20.000000Z');
CREATE TABLE items (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL UNIQUE CHECK (client_uuid GLOB '????????-????-????-????-????????????'),
  session_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  owner TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('inserted', 'decided', 'in_doubt', 'settled', 'delivered')),
  inserted_at TEXT NOT NULL CHECK (inserted_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  decided_at TEXT CHECK (decided_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  given_back_at TEXT CHECK (given_back_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  doubted_at TEXT CHECK (doubted_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  settled_at TEXT CHECK (settled_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  delivered_at TEXT CHECK (delivered_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  accepted INTEGER CHECK (accepted IN (0, 1)),
  reason TEXT CHECK (reason IN ('no_picture', 'empty_chamber', 'nothing_detected', 'forbidden_class', 'not_empty', 'too_heavy', 'two_items', 'low_confidence', 'frames_disagree', 'unknown_object', 'eyes_unavailable', 'too_late', 'empty_pet')),
  label TEXT CHECK (length(label) <= 200),
  confidence REAL CHECK (confidence BETWEEN 0 AND 1),
  detections TEXT CHECK (length(detections) <= 1048576),
  weight_g REAL,
  model_hash TEXT CHECK (length(model_hash) <= 128),
  elapsed_ms REAL CHECK (elapsed_ms >= 0),
  outcome TEXT CHECK (outcome IN ('dropped', 'returned')),
  doubt TEXT CHECK (length(doubt) <= 2000),
  FOREIGN KEY (session_id, mode, owner) REFERENCES sessions (session_id, mode, owner),
  CHECK ((decided_at IS NULL) = (accepted IS NULL)),
  CHECK ((decided_at IS NULL) = (reason IS NULL)),
  CHECK ((decided_at IS NULL) = (label IS NULL)),
  CHECK ((decided_at IS NULL) = (confidence IS NULL)),
  CHECK ((decided_at IS NULL) = (detections IS NULL)),
  CHECK ((decided_at IS NULL) = (model_hash IS NULL)),
  CHECK ((decided_at IS NULL) = (elapsed_ms IS NULL)),
  CHECK (decided_at IS NOT NULL OR weight_g IS NULL),
  CHECK ((accepted IS 1) = (reason IS 'empty_pet')),
  CHECK ((doubted_at IS NULL) = (doubt IS NULL)),
  CHECK ((settled_at IS NULL) = (outcome IS NULL)),
  CHECK (outcome IS NOT 'dropped' OR (accepted IS 1 AND given_back_at IS NULL)),
  CHECK (delivered_at IS NULL OR outcome IS 'dropped'),
  CHECK (CASE state
    WHEN 'inserted' THEN
      decided_at IS NULL AND doubted_at IS NULL AND settled_at IS NULL AND delivered_at IS NULL
    WHEN 'decided' THEN
      decided_at IS NOT NULL AND doubted_at IS NULL AND settled_at IS NULL
      AND delivered_at IS NULL
    WHEN 'in_doubt' THEN
      doubted_at IS NOT NULL AND settled_at IS NULL AND delivered_at IS NULL
    WHEN 'settled' THEN settled_at IS NOT NULL AND delivered_at IS NULL
    WHEN 'delivered' THEN settled_at IS NOT NULL AND delivered_at IS NOT NULL
  END)
) STRICT
;
INSERT INTO "items" VALUES(1,'e7add631-ed7a-4ea4-a652-0553ec565723','62930048-6c9d-485e-b303-7f0b701384bf','guest','','delivered','2026-03-01T08:00:03.000000Z','2026-03-01T08:00:04.000000Z',NULL,NULL,'2026-03-01T08:00:05.000000Z','2026-03-01T08:00:06.000000Z',1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,'dropped',NULL);
INSERT INTO "items" VALUES(2,'430acb60-3d0e-4128-8971-035d294f5114','62930048-6c9d-485e-b303-7f0b701384bf','guest','','settled','2026-03-01T08:00:07.000000Z','2026-03-01T08:00:08.000000Z','2026-03-01T08:00:09.000000Z',NULL,'2026-03-01T08:00:10.000000Z',NULL,0,'not_empty','pet_bottle',0.7,'[]',NULL,'',0.0,'returned',NULL);
INSERT INTO "items" VALUES(3,'0366bd0b-47a2-4e92-abcb-662b9da7751c','bed48bb2-6a8d-4e18-b190-db1e3ab59c6e','user','user-7','settled','2026-03-01T08:00:13.000000Z','2026-03-01T08:00:14.000000Z',NULL,'2026-03-01T08:00:15.000000Z','2026-03-01T08:00:16.000000Z',NULL,1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,'dropped','the sorter stayed silent');
INSERT INTO "items" VALUES(4,'f94276fe-d48f-4ab6-9ad7-f7d4d0a04fec','bed48bb2-6a8d-4e18-b190-db1e3ab59c6e','user','user-7','in_doubt','2026-03-01T08:00:17.000000Z','2026-03-01T08:00:18.000000Z',NULL,'2026-03-01T08:00:19.000000Z',NULL,NULL,1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,NULL,'the sorter stayed silent');
CREATE TABLE openings (
  opening INTEGER PRIMARY KEY AUTOINCREMENT,
  opened_at TEXT NOT NULL CHECK (opened_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  findings TEXT NOT NULL
) STRICT
;
INSERT INTO "openings" VALUES(1,'2026-03-01T08:00:01.000000Z','');
CREATE TABLE outbox (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL UNIQUE REFERENCES items (client_uuid),
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered')),
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  last_attempt_at TEXT CHECK (last_attempt_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  last_error TEXT NOT NULL DEFAULT '' CHECK (length(last_error) <= 2000),
  delivered_at TEXT CHECK (delivered_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  CHECK ((state = 'delivered') = (delivered_at IS NOT NULL))
) STRICT
;
INSERT INTO "outbox" VALUES(1,'e7add631-ed7a-4ea4-a652-0553ec565723','delivered','2026-03-01T08:00:05.000000Z',0,NULL,'','2026-03-01T08:00:06.000000Z');
INSERT INTO "outbox" VALUES(2,'0366bd0b-47a2-4e92-abcb-662b9da7751c','waiting','2026-03-01T08:00:16.000000Z',0,NULL,'',NULL);
CREATE TABLE sessions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL UNIQUE CHECK (session_id GLOB '????????-????-????-????-????????????'),
  mode TEXT NOT NULL CHECK (mode IN ('guest', 'user')),
  owner TEXT NOT NULL CHECK ((owner = '') = (mode = 'guest') AND length(owner) <= 200),
  opened_at TEXT NOT NULL CHECK (opened_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  closed_at TEXT CHECK (closed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  why TEXT CHECK (why IN ('finished', 'timed_out', 'bin_full', 'interrupted')),
  UNIQUE (session_id, mode, owner),
  CHECK ((closed_at IS NULL) = (why IS NULL))
) STRICT
;
INSERT INTO "sessions" VALUES(1,'62930048-6c9d-485e-b303-7f0b701384bf','guest','','2026-03-01T08:00:02.000000Z','2026-03-01T08:00:11.000000Z','finished');
INSERT INTO "sessions" VALUES(2,'bed48bb2-6a8d-4e18-b190-db1e3ab59c6e','user','user-7','2026-03-01T08:00:12.000000Z',NULL,NULL);
CREATE TABLE steps (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL REFERENCES items (client_uuid),
  step TEXT NOT NULL CHECK (
    step IN ('inserted', 'decided', 'given_back', 'in_doubt', 'settled', 'delivered')),
  detail TEXT NOT NULL,
  at TEXT NOT NULL CHECK (at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  opening INTEGER NOT NULL REFERENCES openings (opening),
  mono_s REAL NOT NULL
) STRICT
;
INSERT INTO "steps" VALUES(1,'e7add631-ed7a-4ea4-a652-0553ec565723','inserted','62930048-6c9d-485e-b303-7f0b701384bf','2026-03-01T08:00:03.000000Z',1,102.0);
INSERT INTO "steps" VALUES(2,'e7add631-ed7a-4ea4-a652-0553ec565723','decided','empty_pet','2026-03-01T08:00:04.000000Z',1,103.0);
INSERT INTO "steps" VALUES(3,'e7add631-ed7a-4ea4-a652-0553ec565723','settled','dropped','2026-03-01T08:00:05.000000Z',1,104.0);
INSERT INTO "steps" VALUES(4,'e7add631-ed7a-4ea4-a652-0553ec565723','delivered','','2026-03-01T08:00:06.000000Z',1,105.0);
INSERT INTO "steps" VALUES(5,'430acb60-3d0e-4128-8971-035d294f5114','inserted','62930048-6c9d-485e-b303-7f0b701384bf','2026-03-01T08:00:07.000000Z',1,106.0);
INSERT INTO "steps" VALUES(6,'430acb60-3d0e-4128-8971-035d294f5114','decided','not_empty','2026-03-01T08:00:08.000000Z',1,107.0);
INSERT INTO "steps" VALUES(7,'430acb60-3d0e-4128-8971-035d294f5114','given_back','','2026-03-01T08:00:09.000000Z',1,108.0);
INSERT INTO "steps" VALUES(8,'430acb60-3d0e-4128-8971-035d294f5114','settled','returned','2026-03-01T08:00:10.000000Z',1,109.0);
INSERT INTO "steps" VALUES(9,'0366bd0b-47a2-4e92-abcb-662b9da7751c','inserted','bed48bb2-6a8d-4e18-b190-db1e3ab59c6e','2026-03-01T08:00:13.000000Z',1,112.0);
INSERT INTO "steps" VALUES(10,'0366bd0b-47a2-4e92-abcb-662b9da7751c','decided','empty_pet','2026-03-01T08:00:14.000000Z',1,113.0);
INSERT INTO "steps" VALUES(11,'0366bd0b-47a2-4e92-abcb-662b9da7751c','in_doubt','the sorter stayed silent','2026-03-01T08:00:15.000000Z',1,114.0);
INSERT INTO "steps" VALUES(12,'0366bd0b-47a2-4e92-abcb-662b9da7751c','settled','dropped','2026-03-01T08:00:16.000000Z',1,115.0);
INSERT INTO "steps" VALUES(13,'f94276fe-d48f-4ab6-9ad7-f7d4d0a04fec','inserted','bed48bb2-6a8d-4e18-b190-db1e3ab59c6e','2026-03-01T08:00:17.000000Z',1,116.0);
INSERT INTO "steps" VALUES(14,'f94276fe-d48f-4ab6-9ad7-f7d4d0a04fec','decided','empty_pet','2026-03-01T08:00:18.000000Z',1,117.0);
INSERT INTO "steps" VALUES(15,'f94276fe-d48f-4ab6-9ad7-f7d4d0a04fec','in_doubt','the sorter stayed silent','2026-03-01T08:00:19.000000Z',1,118.0);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX one_open_session ON sessions ((1)) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX one_item_in_hand ON items ((1)) WHERE outcome IS NULL;
CREATE INDEX items_by_session ON items (session_id);
CREATE INDEX items_by_state ON items (state, accepted, outcome);
CREATE UNIQUE INDEX each_step_once ON steps (client_uuid, step);
CREATE INDEX outbox_waiting ON outbox (number) WHERE state = 'waiting';
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('openings',1);
INSERT INTO "sqlite_sequence" VALUES('sessions',2);
INSERT INTO "sqlite_sequence" VALUES('items',4);
INSERT INTO "sqlite_sequence" VALUES('steps',15);
INSERT INTO "sqlite_sequence" VALUES('outbox',2);
CREATE TRIGGER sessions_are_kept BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'a session is never deleted'); END;
CREATE TRIGGER sessions_keep_their_owner BEFORE UPDATE OF number, session_id, mode, owner, opened_at ON sessions BEGIN SELECT RAISE(ABORT, 'mode and owner are latched'); END;
CREATE TRIGGER sessions_close_once BEFORE UPDATE OF closed_at, why ON sessions WHEN old.closed_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the session is closed'); END;
CREATE TRIGGER items_are_kept BEFORE DELETE ON items BEGIN SELECT RAISE(ABORT, 'an item is never deleted'); END;
CREATE TRIGGER items_keep_their_identity BEFORE UPDATE OF number, client_uuid, session_id, mode, owner, inserted_at ON items BEGIN SELECT RAISE(ABORT, 'an item keeps its identity'); END;
CREATE TRIGGER items_start_at_the_beginning BEFORE INSERT ON items WHEN new.state IS NOT 'inserted' OR new.given_back_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'an item starts as inserted'); END;
CREATE TRIGGER items_move_forward BEFORE UPDATE OF state ON items WHEN old.state || '>' || new.state NOT IN ('inserted>decided', 'inserted>in_doubt', 'inserted>settled', 'decided>in_doubt', 'decided>settled', 'in_doubt>settled', 'settled>delivered') BEGIN SELECT RAISE(ABORT, 'an item only moves forward'); END;
CREATE TRIGGER items_decide_once BEFORE UPDATE OF accepted, reason, label, confidence, detections, weight_g, model_hash, elapsed_ms, decided_at ON items WHEN old.state IS NOT 'inserted' OR old.given_back_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the verdict is written once'); END;
CREATE TRIGGER items_settle_once BEFORE UPDATE OF outcome, settled_at ON items WHEN old.outcome IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the outcome is written once'); END;
CREATE TRIGGER items_given_back_stay_given_back BEFORE UPDATE OF given_back_at ON items WHEN old.given_back_at IS NOT NULL OR old.outcome IS NOT NULL BEGIN SELECT RAISE(ABORT, 'giving back is written once, before the outcome'); END;
CREATE TRIGGER steps_never_change BEFORE UPDATE ON steps BEGIN SELECT RAISE(ABORT, 'steps is append-only'); END;
CREATE TRIGGER steps_are_kept BEFORE DELETE ON steps BEGIN SELECT RAISE(ABORT, 'steps is append-only'); END;
CREATE TRIGGER outbox_is_kept BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'an outbox row is never deleted'); END;
CREATE TRIGGER outbox_holds_dropped_items BEFORE INSERT ON outbox WHEN NOT EXISTS (SELECT 1 FROM items WHERE client_uuid = new.client_uuid AND outcome = 'dropped') BEGIN SELECT RAISE(ABORT, 'only a dropped item earns anything'); END;
COMMIT;
