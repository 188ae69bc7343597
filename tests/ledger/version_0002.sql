-- A ledger as migration 0002 left it, with five items. Never made again: it stands for the
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
INSERT INTO "_sqlite_migrations" VALUES(1,'ledger','0001_life_of_an_item','2026-11-28 15:20:45.608401+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'ledger','0002_delivery','2026-11-28 15:20:45.613043+00:00');
CREATE TABLE clock_anchors (
  opening INTEGER NOT NULL REFERENCES openings (opening),
  mono_s REAL NOT NULL,
  server_epoch_s REAL NOT NULL CHECK (server_epoch_s BETWEEN 0 AND 253402300799),
  PRIMARY KEY (opening, mono_s)
) STRICT, WITHOUT ROWID
;
INSERT INTO "clock_anchors" VALUES(1,150.0,1772352050.0);
CREATE TABLE dead_letters (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL REFERENCES outbox (client_uuid),
  why TEXT NOT NULL CHECK (length(why) BETWEEN 1 AND 2000),
  died_at TEXT NOT NULL CHECK (died_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  retried_at TEXT CHECK (retried_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z')
) STRICT
;
INSERT INTO "dead_letters" VALUES(1,'d66fa9b0-349c-4eae-b448-6abdfac82bcc','500: Undefined array key','2026-03-01T08:00:25.000000Z',NULL);
INSERT INTO "dead_letters" VALUES(2,'164c44c9-8934-48d7-b20a-d3f3a0ccd7d4','500: Undefined array key','2026-03-01T08:00:26.000000Z','2026-03-01T08:00:27.000000Z');
CREATE TABLE flags (
  name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
  value INTEGER NOT NULL CHECK (value IN (0, 1)),
  changed_at TEXT NOT NULL CHECK (changed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z')
) STRICT
;
INSERT INTO "flags" VALUES('blocked',1,'2026-03-01T08:00:32.000000Z');
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
INSERT INTO "items" VALUES(1,'7635f7fc-3587-4431-9925-559ef544c42f','2869c025-6586-49a1-b744-07e3c0a2d0d8','user','user-7','delivered','2026-03-01T08:00:03.000000Z','2026-03-01T08:00:04.000000Z',NULL,NULL,'2026-03-01T08:00:05.000000Z','2026-03-01T08:00:23.000000Z',1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,'dropped',NULL);
INSERT INTO "items" VALUES(2,'d66fa9b0-349c-4eae-b448-6abdfac82bcc','2869c025-6586-49a1-b744-07e3c0a2d0d8','user','user-7','settled','2026-03-01T08:00:06.000000Z','2026-03-01T08:00:07.000000Z',NULL,NULL,'2026-03-01T08:00:08.000000Z',NULL,1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,'dropped',NULL);
INSERT INTO "items" VALUES(3,'8ad21cab-b700-44f5-98d7-4a9329880b70','2869c025-6586-49a1-b744-07e3c0a2d0d8','user','user-7','settled','2026-03-01T08:00:09.000000Z','2026-03-01T08:00:10.000000Z',NULL,NULL,'2026-03-01T08:00:11.000000Z',NULL,1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,'dropped',NULL);
INSERT INTO "items" VALUES(4,'164c44c9-8934-48d7-b20a-d3f3a0ccd7d4','2869c025-6586-49a1-b744-07e3c0a2d0d8','user','user-7','settled','2026-03-01T08:00:12.000000Z','2026-03-01T08:00:13.000000Z',NULL,NULL,'2026-03-01T08:00:14.000000Z',NULL,1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,'dropped',NULL);
INSERT INTO "items" VALUES(5,'c2fa09a0-34d8-4268-94e0-58fa80dc09f9','2869c025-6586-49a1-b744-07e3c0a2d0d8','user','user-7','settled','2026-03-01T08:00:15.000000Z','2026-03-01T08:00:16.000000Z',NULL,NULL,'2026-03-01T08:00:17.000000Z',NULL,1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,'dropped',NULL);
CREATE TABLE openings (
  opening INTEGER PRIMARY KEY AUTOINCREMENT,
  opened_at TEXT NOT NULL CHECK (opened_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  findings TEXT NOT NULL
) STRICT
;
INSERT INTO "openings" VALUES(1,'2026-03-01T08:00:01.000000Z','');
CREATE TABLE "outbox" (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL UNIQUE REFERENCES items (client_uuid),
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead')),
  created_at TEXT NOT NULL CHECK (created_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  last_attempt_at TEXT CHECK (last_attempt_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  sent_at TEXT CHECK (sent_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  unanswered INTEGER NOT NULL DEFAULT 0 CHECK (unanswered BETWEEN 0 AND attempts),
  last_error TEXT NOT NULL DEFAULT '' CHECK (length(last_error) <= 2000),
  delivered_at TEXT CHECK (delivered_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  possibly_twice INTEGER NOT NULL
    GENERATED ALWAYS AS (max(0, unanswered - (state <> 'delivered'))) VIRTUAL,
  CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
  CHECK ((sent_at IS NULL) = (unanswered = 0))
) STRICT
;
INSERT INTO "outbox" VALUES(1,'7635f7fc-3587-4431-9925-559ef544c42f','delivered','2026-03-01T08:00:05.000000Z',2,'2026-03-01T08:00:22.000000Z','2026-03-01T08:00:20.000000Z',1,'','2026-03-01T08:00:23.000000Z');
INSERT INTO "outbox" VALUES(2,'d66fa9b0-349c-4eae-b448-6abdfac82bcc','dead','2026-03-01T08:00:08.000000Z',1,'2026-03-01T08:00:22.000000Z',NULL,0,'500: Undefined array key',NULL);
INSERT INTO "outbox" VALUES(3,'8ad21cab-b700-44f5-98d7-4a9329880b70','waiting','2026-03-01T08:00:11.000000Z',1,'2026-03-01T08:00:20.000000Z','2026-03-01T08:00:20.000000Z',1,'no answer',NULL);
INSERT INTO "outbox" VALUES(4,'164c44c9-8934-48d7-b20a-d3f3a0ccd7d4','waiting','2026-03-01T08:00:14.000000Z',1,'2026-03-01T08:00:22.000000Z',NULL,0,'',NULL);
INSERT INTO "outbox" VALUES(5,'c2fa09a0-34d8-4268-94e0-58fa80dc09f9','waiting','2026-03-01T08:00:17.000000Z',0,NULL,NULL,0,'',NULL);
CREATE TABLE pictures (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL UNIQUE REFERENCES items (client_uuid),
  accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  kept_at TEXT NOT NULL CHECK (kept_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  kept_opening INTEGER NOT NULL REFERENCES openings (opening),
  kept_mono_s REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  last_error TEXT NOT NULL DEFAULT '' CHECK (length(last_error) <= 2000),
  reduced INTEGER NOT NULL DEFAULT 0 CHECK (reduced IN (0, 1)),
  given_up TEXT CHECK (length(given_up) BETWEEN 1 AND 2000),
  uploaded_at TEXT CHECK (uploaded_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  uploaded_opening INTEGER REFERENCES openings (opening),
  uploaded_mono_s REAL,
  removed_at TEXT CHECK (removed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  why_removed TEXT CHECK (why_removed IN ('delivered', 'expired', 'no_room', 'lost')),
  CHECK ((uploaded_at IS NULL) = (uploaded_opening IS NULL)),
  CHECK ((uploaded_at IS NULL) = (uploaded_mono_s IS NULL)),
  CHECK (uploaded_at IS NULL OR given_up IS NULL),
  CHECK ((removed_at IS NULL) = (why_removed IS NULL)),
  CHECK (why_removed IS NOT 'delivered' OR uploaded_at IS NOT NULL),
  CHECK (accepted = 0 OR removed_at IS NULL OR uploaded_at IS NOT NULL OR given_up IS NOT NULL
    OR why_removed IS 'lost')
) STRICT
;
INSERT INTO "pictures" VALUES(1,'7635f7fc-3587-4431-9925-559ef544c42f',1,412000,'2026-03-01T08:00:28.000000Z',1,127.0,0,'',0,NULL,'2026-03-01T08:00:29.000000Z',1,128.0,'2026-03-01T08:00:30.000000Z','delivered');
INSERT INTO "pictures" VALUES(2,'c2fa09a0-34d8-4268-94e0-58fa80dc09f9',1,300000,'2026-03-01T08:00:31.000000Z',1,130.0,0,'',0,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "sessions" VALUES(1,'2869c025-6586-49a1-b744-07e3c0a2d0d8','user','user-7','2026-03-01T08:00:02.000000Z','2026-03-01T08:00:18.000000Z','finished');
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
INSERT INTO "steps" VALUES(1,'7635f7fc-3587-4431-9925-559ef544c42f','inserted','2869c025-6586-49a1-b744-07e3c0a2d0d8','2026-03-01T08:00:03.000000Z',1,102.0);
INSERT INTO "steps" VALUES(2,'7635f7fc-3587-4431-9925-559ef544c42f','decided','empty_pet','2026-03-01T08:00:04.000000Z',1,103.0);
INSERT INTO "steps" VALUES(3,'7635f7fc-3587-4431-9925-559ef544c42f','settled','dropped','2026-03-01T08:00:05.000000Z',1,104.0);
INSERT INTO "steps" VALUES(4,'d66fa9b0-349c-4eae-b448-6abdfac82bcc','inserted','2869c025-6586-49a1-b744-07e3c0a2d0d8','2026-03-01T08:00:06.000000Z',1,105.0);
INSERT INTO "steps" VALUES(5,'d66fa9b0-349c-4eae-b448-6abdfac82bcc','decided','empty_pet','2026-03-01T08:00:07.000000Z',1,106.0);
INSERT INTO "steps" VALUES(6,'d66fa9b0-349c-4eae-b448-6abdfac82bcc','settled','dropped','2026-03-01T08:00:08.000000Z',1,107.0);
INSERT INTO "steps" VALUES(7,'8ad21cab-b700-44f5-98d7-4a9329880b70','inserted','2869c025-6586-49a1-b744-07e3c0a2d0d8','2026-03-01T08:00:09.000000Z',1,108.0);
INSERT INTO "steps" VALUES(8,'8ad21cab-b700-44f5-98d7-4a9329880b70','decided','empty_pet','2026-03-01T08:00:10.000000Z',1,109.0);
INSERT INTO "steps" VALUES(9,'8ad21cab-b700-44f5-98d7-4a9329880b70','settled','dropped','2026-03-01T08:00:11.000000Z',1,110.0);
INSERT INTO "steps" VALUES(10,'164c44c9-8934-48d7-b20a-d3f3a0ccd7d4','inserted','2869c025-6586-49a1-b744-07e3c0a2d0d8','2026-03-01T08:00:12.000000Z',1,111.0);
INSERT INTO "steps" VALUES(11,'164c44c9-8934-48d7-b20a-d3f3a0ccd7d4','decided','empty_pet','2026-03-01T08:00:13.000000Z',1,112.0);
INSERT INTO "steps" VALUES(12,'164c44c9-8934-48d7-b20a-d3f3a0ccd7d4','settled','dropped','2026-03-01T08:00:14.000000Z',1,113.0);
INSERT INTO "steps" VALUES(13,'c2fa09a0-34d8-4268-94e0-58fa80dc09f9','inserted','2869c025-6586-49a1-b744-07e3c0a2d0d8','2026-03-01T08:00:15.000000Z',1,114.0);
INSERT INTO "steps" VALUES(14,'c2fa09a0-34d8-4268-94e0-58fa80dc09f9','decided','empty_pet','2026-03-01T08:00:16.000000Z',1,115.0);
INSERT INTO "steps" VALUES(15,'c2fa09a0-34d8-4268-94e0-58fa80dc09f9','settled','dropped','2026-03-01T08:00:17.000000Z',1,116.0);
INSERT INTO "steps" VALUES(16,'7635f7fc-3587-4431-9925-559ef544c42f','delivered','','2026-03-01T08:00:23.000000Z',1,122.0);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX one_open_session ON sessions ((1)) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX one_item_in_hand ON items ((1)) WHERE outcome IS NULL;
CREATE INDEX items_by_session ON items (session_id);
CREATE INDEX items_by_state ON items (state, accepted, outcome);
CREATE UNIQUE INDEX each_step_once ON steps (client_uuid, step);
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
CREATE INDEX outbox_waiting ON outbox (number) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (number) WHERE state = 'dead';
CREATE INDEX outbox_unanswered ON outbox (number) WHERE unanswered > 0;
CREATE UNIQUE INDEX dead_once_at_a_time ON dead_letters (client_uuid) WHERE retried_at IS NULL;
CREATE INDEX pictures_here ON pictures (accepted, number) WHERE removed_at IS NULL;
CREATE TRIGGER outbox_is_kept BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'an outbox row is never deleted'); END;
CREATE TRIGGER outbox_holds_dropped_items BEFORE INSERT ON outbox WHEN NOT EXISTS (SELECT 1 FROM items WHERE client_uuid = new.client_uuid AND outcome = 'dropped') BEGIN SELECT RAISE(ABORT, 'only a dropped item earns anything'); END;
CREATE TRIGGER outbox_keeps_its_identity BEFORE UPDATE OF number, client_uuid, created_at ON outbox BEGIN SELECT RAISE(ABORT, 'an outbox row keeps its identity'); END;
CREATE TRIGGER outbox_delivers_once BEFORE UPDATE OF state, delivered_at ON outbox WHEN old.state || '>' || new.state NOT IN ('waiting>delivered', 'waiting>dead', 'dead>waiting') BEGIN SELECT RAISE(ABORT, 'a delivery is final, and a dead letter is retried first'); END;
CREATE TRIGGER dead_letters_are_kept BEFORE DELETE ON dead_letters BEGIN SELECT RAISE(ABORT, 'a dead letter is never deleted'); END;
CREATE TRIGGER dead_letters_never_change BEFORE UPDATE OF number, client_uuid, why, died_at ON dead_letters BEGIN SELECT RAISE(ABORT, 'a dead letter stays as it is'); END;
CREATE TRIGGER dead_letters_are_retried_once BEFORE UPDATE OF retried_at ON dead_letters WHEN old.retried_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a dead letter is retried once'); END;
CREATE TRIGGER clock_anchors_are_kept BEFORE DELETE ON clock_anchors BEGIN SELECT RAISE(ABORT, 'clock_anchors is append-only'); END;
CREATE TRIGGER clock_anchors_never_change BEFORE UPDATE ON clock_anchors BEGIN SELECT RAISE(ABORT, 'clock_anchors is append-only'); END;
CREATE TRIGGER pictures_are_kept BEFORE DELETE ON pictures BEGIN SELECT RAISE(ABORT, 'the row of a picture is never deleted'); END;
CREATE TRIGGER pictures_keep_their_identity BEFORE UPDATE OF number, client_uuid, accepted, kept_at, kept_opening, kept_mono_s ON pictures BEGIN SELECT RAISE(ABORT, 'a picture keeps its identity'); END;
CREATE TRIGGER pictures_go_once BEFORE UPDATE OF removed_at, why_removed ON pictures WHEN old.removed_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a picture is removed once'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',5);
INSERT INTO "sqlite_sequence" VALUES('openings',1);
INSERT INTO "sqlite_sequence" VALUES('sessions',1);
INSERT INTO "sqlite_sequence" VALUES('items',5);
INSERT INTO "sqlite_sequence" VALUES('steps',16);
INSERT INTO "sqlite_sequence" VALUES('dead_letters',2);
INSERT INTO "sqlite_sequence" VALUES('pictures',2);
COMMIT;
