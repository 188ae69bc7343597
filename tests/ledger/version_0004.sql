-- A ledger as migration 0004 left it, with items that were taken as two machines. Never made
-- again: it stands for the machines in the field.
PRAGMA journal_mode = WAL;
PRAGMA application_id = 1381387596;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'ledger','0001_life_of_an_item','2026-11-28 18:01:38.378498+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'ledger','0002_delivery','2026-11-28 18:01:38.386025+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'ledger','0003_decisions','2026-11-28 18:01:38.393010+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'ledger','0004_registrations','2026-11-28 22:27:25.002430+00:00');
CREATE TABLE clock_anchors (
  opening INTEGER NOT NULL REFERENCES openings (opening),
  mono_s REAL NOT NULL,
  server_epoch_s REAL NOT NULL CHECK (server_epoch_s BETWEEN 0 AND 253402300799),
  PRIMARY KEY (opening, mono_s)
) STRICT, WITHOUT ROWID
;
CREATE TABLE dead_letters (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  client_uuid TEXT NOT NULL REFERENCES outbox (client_uuid),
  why TEXT NOT NULL CHECK (length(why) BETWEEN 1 AND 2000),
  died_at TEXT NOT NULL CHECK (died_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  retried_at TEXT CHECK (retried_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z')
) STRICT
;
CREATE TABLE decisions (
  client_uuid TEXT PRIMARY KEY REFERENCES items (client_uuid),
  record TEXT NOT NULL CHECK (length(record) BETWEEN 2 AND 262144)
) STRICT
;
INSERT INTO "decisions" VALUES('bc10f240-0da6-4f6c-83a8-d35d67e81bfd','{"pictures":[{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000001"},"dhash":"0f1e3c78f0e1c387"},{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000002"},"dhash":"0f1e3c78f0e1c387"},{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000003"},"dhash":"0f1e3c78f0e1c387"}],"votes":3,"votes_needed":2,"rule":[["thresholds.mineral",0.5],["thresholds.mineral_seen",0.25],["thresholds.soda",0.25],["thresholds.milk",0.25],["thresholds.yogurt",0.25],["thresholds.dishwasher",0.25],["thresholds.non_mineral",0.25],["thresholds.not_empty",0.25],["thresholds.other",0.25],["weights.mineral.least_g",7.0],["weights.mineral.most_g",55.0],["quorum",0.66],["two_items_iou",0.45],["min_weight_g",3.0],["weight_error_g",1.0],["blind_mean",16.0],["blind_deviation",3.0],["dark_bright",64.0],["repeat_bits",10.0],["late_s",3.0]],"dark":{"luma_mean":1.5,"luma_deviation":0.75,"luma_bright":3.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000009"},"compared":0,"second_opinion":null}');
INSERT INTO "decisions" VALUES('bb97f418-0a4f-416d-a7be-84ebaaf6db5a','{"pictures":[{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000001"},"dhash":"ffee3c78f0e1c300"},{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000002"},"dhash":"ffee3c78f0e1c300"},{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000003"},"dhash":"ffee3c78f0e1c300"}],"votes":3,"votes_needed":2,"rule":[["thresholds.mineral",0.5],["thresholds.mineral_seen",0.25],["thresholds.soda",0.25],["thresholds.milk",0.25],["thresholds.yogurt",0.25],["thresholds.dishwasher",0.25],["thresholds.non_mineral",0.25],["thresholds.not_empty",0.25],["thresholds.other",0.25],["weights.mineral.least_g",7.0],["weights.mineral.most_g",55.0],["quorum",0.66],["two_items_iou",0.45],["min_weight_g",3.0],["weight_error_g",1.0],["blind_mean",16.0],["blind_deviation",3.0],["dark_bright",64.0],["repeat_bits",10.0],["late_s",3.0]],"dark":{"luma_mean":1.5,"luma_deviation":0.75,"luma_bright":3.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000009"},"compared":0,"second_opinion":null}');
INSERT INTO "decisions" VALUES('683c863e-d711-4df7-9f3d-db854a0d7450','{"pictures":[{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000001"},"dhash":"0f1e3c78f0e1c387"},{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000002"},"dhash":"0f1e3c78f0e1c387"},{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000003"},"dhash":"0f1e3c78f0e1c387"}],"votes":3,"votes_needed":2,"rule":[["thresholds.mineral",0.5],["thresholds.mineral_seen",0.25],["thresholds.soda",0.25],["thresholds.milk",0.25],["thresholds.yogurt",0.25],["thresholds.dishwasher",0.25],["thresholds.non_mineral",0.25],["thresholds.not_empty",0.25],["thresholds.other",0.25],["weights.mineral.least_g",7.0],["weights.mineral.most_g",55.0],["quorum",0.66],["two_items_iou",0.45],["min_weight_g",3.0],["weight_error_g",1.0],["blind_mean",16.0],["blind_deviation",3.0],["dark_bright",64.0],["repeat_bits",10.0],["late_s",3.0]],"dark":{"luma_mean":1.5,"luma_deviation":0.75,"luma_bright":3.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000009"},"compared":0,"second_opinion":null}');
INSERT INTO "decisions" VALUES('a147042f-45e2-4feb-a818-8e58e27cf2c2','{"pictures":[{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000001"},"dhash":"0f1e3c78f0e1c387"},{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000002"},"dhash":"0f1e3c78f0e1c387"},{"vote":"for","figures":{"luma_mean":96.5,"luma_deviation":31.25,"luma_bright":201.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000003"},"dhash":"0f1e3c78f0e1c387"}],"votes":3,"votes_needed":2,"rule":[["thresholds.mineral",0.5],["thresholds.mineral_seen",0.25],["thresholds.soda",0.25],["thresholds.milk",0.25],["thresholds.yogurt",0.25],["thresholds.dishwasher",0.25],["thresholds.non_mineral",0.25],["thresholds.not_empty",0.25],["thresholds.other",0.25],["weights.mineral.least_g",7.0],["weights.mineral.most_g",55.0],["quorum",0.66],["two_items_iou",0.45],["min_weight_g",3.0],["weight_error_g",1.0],["blind_mean",16.0],["blind_deviation",3.0],["dark_bright",64.0],["repeat_bits",10.0],["late_s",3.0]],"dark":{"luma_mean":1.5,"luma_deviation":0.75,"luma_bright":3.0,"pixels":"0000000000000000000000000000000000000000000000000000000000000009"},"compared":0,"second_opinion":null}');
CREATE TABLE flags (
  name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
  value INTEGER NOT NULL CHECK (value IN (0, 1)),
  changed_at TEXT NOT NULL CHECK (changed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z')
) STRICT
;
INSERT INTO "flags" VALUES('maintenance',1,'2026-03-01T08:00:22.000000Z');
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
  reason TEXT REFERENCES reasons (reason),
  label TEXT CHECK (length(label) <= 200),
  confidence REAL CHECK (confidence BETWEEN 0 AND 1),
  detections TEXT CHECK (length(detections) <= 1048576),
  weight_g REAL,
  model_hash TEXT CHECK (length(model_hash) <= 128),
  elapsed_ms REAL CHECK (elapsed_ms >= 0),
  outcome TEXT CHECK (outcome IN ('dropped', 'returned')),
  doubt TEXT CHECK (length(doubt) <= 2000), registration INTEGER REFERENCES registrations (number),
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
INSERT INTO "items" VALUES(1,'bc10f240-0da6-4f6c-83a8-d35d67e81bfd','73abfa90-4631-4b11-a50d-f9be3c771649','guest','','delivered','2026-03-01T08:00:03.000000Z','2026-03-01T08:00:04.000000Z',NULL,NULL,'2026-03-01T08:00:05.000000Z','2026-03-01T08:00:06.000000Z',1,'empty_pet','mineral',0.84,'[[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}],[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}],[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}]]',18.4,'abababababababababababababababababababababababababababababababab',41.7,'dropped',NULL,1);
INSERT INTO "items" VALUES(2,'bb97f418-0a4f-416d-a7be-84ebaaf6db5a','73abfa90-4631-4b11-a50d-f9be3c771649','guest','','settled','2026-03-01T08:00:07.000000Z','2026-03-01T08:00:08.000000Z',NULL,'2026-03-01T08:00:09.000000Z','2026-03-01T08:00:10.000000Z',NULL,1,'empty_pet','mineral',0.84,'[[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}],[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}],[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}]]',19.2,'abababababababababababababababababababababababababababababababab',41.7,'dropped','the sorter stayed silent',1);
INSERT INTO "items" VALUES(3,'683c863e-d711-4df7-9f3d-db854a0d7450','73abfa90-4631-4b11-a50d-f9be3c771649','guest','','settled','2026-03-01T08:00:11.000000Z','2026-03-01T08:00:12.000000Z','2026-03-01T08:00:13.000000Z',NULL,'2026-03-01T08:00:14.000000Z',NULL,0,'too_light','mineral',0.84,'[[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}],[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}],[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}]]',4.0,'abababababababababababababababababababababababababababababababab',41.7,'returned',NULL,1);
INSERT INTO "items" VALUES(4,'71c186e9-bf99-4359-9a70-f08f91eba4ef','73abfa90-4631-4b11-a50d-f9be3c771649','guest','','settled','2026-03-01T08:00:15.000000Z','2026-03-01T08:00:16.000000Z','2026-03-01T08:00:17.000000Z',NULL,'2026-03-01T08:00:18.000000Z',NULL,0,'not_empty','mineral',0.7,'[]',NULL,'',0.0,'returned',NULL,1);
INSERT INTO "items" VALUES(5,'a147042f-45e2-4feb-a818-8e58e27cf2c2','73abfa90-4631-4b11-a50d-f9be3c771649','guest','','settled','2026-03-01T08:00:19.000000Z','2026-03-01T08:00:20.000000Z','2026-03-01T08:00:02.000000Z','2026-03-01T08:00:21.000000Z','2026-03-01T08:00:03.000000Z',NULL,1,'empty_pet','mineral',0.84,'[[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}],[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}],[{"label":"mineral","confidence":0.84,"box":[10.0,10.0,110.0,60.0]}]]',20.0,'abababababababababababababababababababababababababababababababab',41.7,'returned','the sorter stayed silent',1);
INSERT INTO "items" VALUES(6,'c04ea81e-a11a-4b45-8ee4-cb2b3a25972c','19b417da-7988-446c-b723-97cc4aa5e4f8','guest','','settled','2026-03-01T08:00:07.000000Z','2026-03-01T08:00:08.000000Z',NULL,NULL,'2026-03-01T08:00:09.000000Z',NULL,1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,'dropped',NULL,1);
INSERT INTO "items" VALUES(7,'e57453c8-fde8-4265-a29f-b16a7a4fa4f6','19b417da-7988-446c-b723-97cc4aa5e4f8','guest','','settled','2026-03-01T08:00:10.000000Z','2026-03-01T08:00:11.000000Z',NULL,NULL,'2026-03-01T08:00:12.000000Z',NULL,1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,'dropped',NULL,1);
INSERT INTO "items" VALUES(8,'a51c5f6d-c6f9-411c-9c97-45ece57cc622','e0c4ce7b-3f6d-48d5-b498-d6acd9ab87e8','guest','','settled','2026-03-01T08:00:16.000000Z','2026-03-01T08:00:17.000000Z',NULL,NULL,'2026-03-01T08:00:18.000000Z',NULL,1,'empty_pet','pet_bottle',0.9123456789,'[[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}],[],[{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]},{"label":"pet_bottle","confidence":0.9123456789,"box":[1.5,2.25,101.125,202.0]}]]',23.5,'abababababababababababababababababababababababababababababababab',41.7,'dropped',NULL,2);
CREATE TABLE openings (
  opening INTEGER PRIMARY KEY AUTOINCREMENT,
  opened_at TEXT NOT NULL CHECK (opened_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  findings TEXT NOT NULL
) STRICT
;
INSERT INTO "openings" VALUES(1,'2026-03-01T08:00:01.000000Z','');
INSERT INTO "openings" VALUES(2,'2026-03-01T08:00:01.000000Z','');
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
INSERT INTO "outbox" VALUES(1,'bc10f240-0da6-4f6c-83a8-d35d67e81bfd','delivered','2026-03-01T08:00:05.000000Z',0,NULL,NULL,0,'','2026-03-01T08:00:06.000000Z');
INSERT INTO "outbox" VALUES(2,'bb97f418-0a4f-416d-a7be-84ebaaf6db5a','waiting','2026-03-01T08:00:10.000000Z',0,NULL,NULL,0,'',NULL);
INSERT INTO "outbox" VALUES(3,'c04ea81e-a11a-4b45-8ee4-cb2b3a25972c','waiting','2026-03-01T08:00:09.000000Z',0,NULL,NULL,0,'',NULL);
INSERT INTO "outbox" VALUES(4,'e57453c8-fde8-4265-a29f-b16a7a4fa4f6','waiting','2026-03-01T08:00:12.000000Z',0,NULL,NULL,0,'',NULL);
INSERT INTO "outbox" VALUES(5,'a51c5f6d-c6f9-411c-9c97-45ece57cc622','waiting','2026-03-01T08:00:18.000000Z',0,NULL,NULL,0,'',NULL);
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
CREATE TABLE reasons (reason TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO "reasons" VALUES('camera_blind');
INSERT INTO "reasons" VALUES('camera_frozen');
INSERT INTO "reasons" VALUES('empty_chamber');
INSERT INTO "reasons" VALUES('empty_pet');
INSERT INTO "reasons" VALUES('eyes_unavailable');
INSERT INTO "reasons" VALUES('forbidden_class');
INSERT INTO "reasons" VALUES('frames_disagree');
INSERT INTO "reasons" VALUES('low_confidence');
INSERT INTO "reasons" VALUES('no_picture');
INSERT INTO "reasons" VALUES('not_empty');
INSERT INTO "reasons" VALUES('nothing_detected');
INSERT INTO "reasons" VALUES('odd_shape');
INSERT INTO "reasons" VALUES('repeated');
INSERT INTO "reasons" VALUES('second_object');
INSERT INTO "reasons" VALUES('shines');
INSERT INTO "reasons" VALUES('too_heavy');
INSERT INTO "reasons" VALUES('too_late');
INSERT INTO "reasons" VALUES('too_light');
INSERT INTO "reasons" VALUES('two_items');
INSERT INTO "reasons" VALUES('unknown_object');
CREATE TABLE registrations (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  server_url TEXT NOT NULL CHECK (length(server_url) BETWEEN 1 AND 2000),
  hardware_id TEXT NOT NULL CHECK (length(hardware_id) BETWEEN 1 AND 200),
  known_at TEXT NOT NULL CHECK (known_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  in_force INTEGER NOT NULL DEFAULT 0 CHECK (in_force IN (0, 1)),
  UNIQUE (server_url, hardware_id)
) STRICT
;
INSERT INTO "registrations" VALUES(1,'https://old.example.org','RVM-202601-001','2026-03-01T08:00:05.000000Z',0);
INSERT INTO "registrations" VALUES(2,'https://new.example.org','RVM-202601-042','2026-03-01T08:00:14.000000Z',1);
CREATE TABLE sessions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL UNIQUE CHECK (session_id GLOB '????????-????-????-????-????????????'),
  mode TEXT NOT NULL CHECK (mode IN ('guest', 'user')),
  owner TEXT NOT NULL CHECK ((owner = '') = (mode = 'guest') AND length(owner) <= 200),
  opened_at TEXT NOT NULL CHECK (opened_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  closed_at TEXT CHECK (closed_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9]*Z'),
  why TEXT CHECK (why IN ('finished', 'timed_out', 'bin_full', 'interrupted')), registration INTEGER REFERENCES registrations (number),
  UNIQUE (session_id, mode, owner),
  CHECK ((closed_at IS NULL) = (why IS NULL))
) STRICT
;
INSERT INTO "sessions" VALUES(1,'73abfa90-4631-4b11-a50d-f9be3c771649','guest','','2026-03-01T08:00:02.000000Z','2026-03-01T08:00:04.000000Z','finished',1);
INSERT INTO "sessions" VALUES(2,'19b417da-7988-446c-b723-97cc4aa5e4f8','guest','','2026-03-01T08:00:06.000000Z','2026-03-01T08:00:13.000000Z','finished',1);
INSERT INTO "sessions" VALUES(3,'e0c4ce7b-3f6d-48d5-b498-d6acd9ab87e8','guest','','2026-03-01T08:00:15.000000Z','2026-03-01T08:00:19.000000Z','finished',2);
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
INSERT INTO "steps" VALUES(1,'bc10f240-0da6-4f6c-83a8-d35d67e81bfd','inserted','73abfa90-4631-4b11-a50d-f9be3c771649','2026-03-01T08:00:03.000000Z',1,102.0);
INSERT INTO "steps" VALUES(2,'bc10f240-0da6-4f6c-83a8-d35d67e81bfd','decided','empty_pet','2026-03-01T08:00:04.000000Z',1,103.0);
INSERT INTO "steps" VALUES(3,'bc10f240-0da6-4f6c-83a8-d35d67e81bfd','settled','dropped','2026-03-01T08:00:05.000000Z',1,104.0);
INSERT INTO "steps" VALUES(4,'bc10f240-0da6-4f6c-83a8-d35d67e81bfd','delivered','','2026-03-01T08:00:06.000000Z',1,105.0);
INSERT INTO "steps" VALUES(5,'bb97f418-0a4f-416d-a7be-84ebaaf6db5a','inserted','73abfa90-4631-4b11-a50d-f9be3c771649','2026-03-01T08:00:07.000000Z',1,106.0);
INSERT INTO "steps" VALUES(6,'bb97f418-0a4f-416d-a7be-84ebaaf6db5a','decided','empty_pet','2026-03-01T08:00:08.000000Z',1,107.0);
INSERT INTO "steps" VALUES(7,'bb97f418-0a4f-416d-a7be-84ebaaf6db5a','in_doubt','the sorter stayed silent','2026-03-01T08:00:09.000000Z',1,108.0);
INSERT INTO "steps" VALUES(8,'bb97f418-0a4f-416d-a7be-84ebaaf6db5a','settled','dropped','2026-03-01T08:00:10.000000Z',1,109.0);
INSERT INTO "steps" VALUES(9,'683c863e-d711-4df7-9f3d-db854a0d7450','inserted','73abfa90-4631-4b11-a50d-f9be3c771649','2026-03-01T08:00:11.000000Z',1,110.0);
INSERT INTO "steps" VALUES(10,'683c863e-d711-4df7-9f3d-db854a0d7450','decided','too_light','2026-03-01T08:00:12.000000Z',1,111.0);
INSERT INTO "steps" VALUES(11,'683c863e-d711-4df7-9f3d-db854a0d7450','given_back','','2026-03-01T08:00:13.000000Z',1,112.0);
INSERT INTO "steps" VALUES(12,'683c863e-d711-4df7-9f3d-db854a0d7450','settled','returned','2026-03-01T08:00:14.000000Z',1,113.0);
INSERT INTO "steps" VALUES(13,'71c186e9-bf99-4359-9a70-f08f91eba4ef','inserted','73abfa90-4631-4b11-a50d-f9be3c771649','2026-03-01T08:00:15.000000Z',1,114.0);
INSERT INTO "steps" VALUES(14,'71c186e9-bf99-4359-9a70-f08f91eba4ef','decided','not_empty','2026-03-01T08:00:16.000000Z',1,115.0);
INSERT INTO "steps" VALUES(15,'71c186e9-bf99-4359-9a70-f08f91eba4ef','given_back','','2026-03-01T08:00:17.000000Z',1,116.0);
INSERT INTO "steps" VALUES(16,'71c186e9-bf99-4359-9a70-f08f91eba4ef','settled','returned','2026-03-01T08:00:18.000000Z',1,117.0);
INSERT INTO "steps" VALUES(17,'a147042f-45e2-4feb-a818-8e58e27cf2c2','inserted','73abfa90-4631-4b11-a50d-f9be3c771649','2026-03-01T08:00:19.000000Z',1,118.0);
INSERT INTO "steps" VALUES(18,'a147042f-45e2-4feb-a818-8e58e27cf2c2','decided','empty_pet','2026-03-01T08:00:20.000000Z',1,119.0);
INSERT INTO "steps" VALUES(19,'a147042f-45e2-4feb-a818-8e58e27cf2c2','in_doubt','the sorter stayed silent','2026-03-01T08:00:21.000000Z',1,120.0);
INSERT INTO "steps" VALUES(20,'a147042f-45e2-4feb-a818-8e58e27cf2c2','given_back','','2026-03-01T08:00:02.000000Z',2,101.0);
INSERT INTO "steps" VALUES(21,'a147042f-45e2-4feb-a818-8e58e27cf2c2','settled','returned','2026-03-01T08:00:03.000000Z',2,102.0);
INSERT INTO "steps" VALUES(22,'c04ea81e-a11a-4b45-8ee4-cb2b3a25972c','inserted','19b417da-7988-446c-b723-97cc4aa5e4f8','2026-03-01T08:00:07.000000Z',2,106.0);
INSERT INTO "steps" VALUES(23,'c04ea81e-a11a-4b45-8ee4-cb2b3a25972c','decided','empty_pet','2026-03-01T08:00:08.000000Z',2,107.0);
INSERT INTO "steps" VALUES(24,'c04ea81e-a11a-4b45-8ee4-cb2b3a25972c','settled','dropped','2026-03-01T08:00:09.000000Z',2,108.0);
INSERT INTO "steps" VALUES(25,'e57453c8-fde8-4265-a29f-b16a7a4fa4f6','inserted','19b417da-7988-446c-b723-97cc4aa5e4f8','2026-03-01T08:00:10.000000Z',2,109.0);
INSERT INTO "steps" VALUES(26,'e57453c8-fde8-4265-a29f-b16a7a4fa4f6','decided','empty_pet','2026-03-01T08:00:11.000000Z',2,110.0);
INSERT INTO "steps" VALUES(27,'e57453c8-fde8-4265-a29f-b16a7a4fa4f6','settled','dropped','2026-03-01T08:00:12.000000Z',2,111.0);
INSERT INTO "steps" VALUES(28,'a51c5f6d-c6f9-411c-9c97-45ece57cc622','inserted','e0c4ce7b-3f6d-48d5-b498-d6acd9ab87e8','2026-03-01T08:00:16.000000Z',2,115.0);
INSERT INTO "steps" VALUES(29,'a51c5f6d-c6f9-411c-9c97-45ece57cc622','decided','empty_pet','2026-03-01T08:00:17.000000Z',2,116.0);
INSERT INTO "steps" VALUES(30,'a51c5f6d-c6f9-411c-9c97-45ece57cc622','settled','dropped','2026-03-01T08:00:18.000000Z',2,117.0);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX one_open_session ON sessions ((1)) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX each_step_once ON steps (client_uuid, step);
CREATE TRIGGER sessions_are_kept BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'a session is never deleted'); END;
CREATE TRIGGER sessions_keep_their_owner BEFORE UPDATE OF number, session_id, mode, owner, opened_at ON sessions BEGIN SELECT RAISE(ABORT, 'mode and owner are latched'); END;
CREATE TRIGGER sessions_close_once BEFORE UPDATE OF closed_at, why ON sessions WHEN old.closed_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the session is closed'); END;
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
CREATE UNIQUE INDEX one_item_in_hand ON items ((1)) WHERE outcome IS NULL;
CREATE INDEX items_by_session ON items (session_id);
CREATE INDEX items_by_state ON items (state, accepted, outcome);
CREATE TRIGGER items_are_kept BEFORE DELETE ON items BEGIN SELECT RAISE(ABORT, 'an item is never deleted'); END;
CREATE TRIGGER items_keep_their_identity BEFORE UPDATE OF number, client_uuid, session_id, mode, owner, inserted_at ON items BEGIN SELECT RAISE(ABORT, 'an item keeps its identity'); END;
CREATE TRIGGER items_start_at_the_beginning BEFORE INSERT ON items WHEN new.state IS NOT 'inserted' OR new.given_back_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'an item starts as inserted'); END;
CREATE TRIGGER items_move_forward BEFORE UPDATE OF state ON items WHEN old.state || '>' || new.state NOT IN ('inserted>decided', 'inserted>in_doubt', 'inserted>settled', 'decided>in_doubt', 'decided>settled', 'in_doubt>settled', 'settled>delivered') BEGIN SELECT RAISE(ABORT, 'an item only moves forward'); END;
CREATE TRIGGER items_decide_once BEFORE UPDATE OF accepted, reason, label, confidence, detections, weight_g, model_hash, elapsed_ms, decided_at ON items WHEN old.state IS NOT 'inserted' OR old.given_back_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the verdict is written once'); END;
CREATE TRIGGER items_settle_once BEFORE UPDATE OF outcome, settled_at ON items WHEN old.outcome IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the outcome is written once'); END;
CREATE TRIGGER items_given_back_stay_given_back BEFORE UPDATE OF given_back_at ON items WHEN old.given_back_at IS NOT NULL OR old.outcome IS NOT NULL BEGIN SELECT RAISE(ABORT, 'giving back is written once, before the outcome'); END;
CREATE INDEX items_unconfirmed ON items (number) WHERE outcome = 'dropped' AND doubted_at IS NOT NULL;
CREATE TRIGGER decisions_are_kept BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'a decision is never deleted'); END;
CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'a decision is written once'); END;
CREATE TRIGGER decisions_are_of_verdicts BEFORE INSERT ON decisions WHEN NOT EXISTS (SELECT 1 FROM items WHERE client_uuid = new.client_uuid AND decided_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'a decision is the record of a verdict'); END;
CREATE TRIGGER reasons_are_kept BEFORE DELETE ON reasons BEGIN SELECT RAISE(ABORT, 'a reason is never deleted'); END;
CREATE UNIQUE INDEX one_registration_in_force ON registrations (in_force) WHERE in_force = 1;
CREATE INDEX items_of_nobody ON items (number) WHERE registration IS NULL;
CREATE INDEX sessions_of_nobody ON sessions (number) WHERE registration IS NULL;
CREATE TRIGGER registrations_are_kept BEFORE DELETE ON registrations BEGIN SELECT RAISE(ABORT, 'a registration is never deleted'); END;
CREATE TRIGGER registrations_never_change BEFORE UPDATE OF number, server_url, hardware_id, known_at ON registrations BEGIN SELECT RAISE(ABORT, 'a registration stays as it is'); END;
CREATE TRIGGER items_keep_their_registration BEFORE UPDATE OF registration ON items WHEN old.registration IS NOT NULL AND new.registration IS NOT old.registration BEGIN SELECT RAISE(ABORT, 'an item keeps the registration under which it was taken'); END;
CREATE TRIGGER sessions_keep_their_registration BEFORE UPDATE OF registration ON sessions WHEN old.registration IS NOT NULL AND new.registration IS NOT old.registration BEGIN SELECT RAISE(ABORT, 'a session keeps the registration under which it was opened'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',5);
INSERT INTO "sqlite_sequence" VALUES('openings',2);
INSERT INTO "sqlite_sequence" VALUES('sessions',3);
INSERT INTO "sqlite_sequence" VALUES('items',8);
INSERT INTO "sqlite_sequence" VALUES('steps',30);
INSERT INTO "sqlite_sequence" VALUES('registrations',2);
COMMIT;
