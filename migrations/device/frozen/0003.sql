-- The database of a phone of schema 3, as that app left it. Frozen: it never changes.
CREATE TABLE installation (
  one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  device TEXT NOT NULL,               -- DeviceId
  settings TEXT NOT NULL,             -- JSON, phone::Settings
  server TEXT NOT NULL,               -- address of the last sign-in, or empty
  session TEXT,                       -- JSON, protocol::SessionView; NULL: nobody is signed in
  token TEXT,                         -- NULL: signed out, or the server ended the session
  epoch TEXT,                         -- the server history that the cursors belong to
  synced_at INTEGER                   -- when an exchange last succeeded; NULL: never
) STRICT;
CREATE TABLE cursor (
  scope TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL CHECK (seq >= 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE parked_event (
  scope TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,                 -- JSON as it came
  PRIMARY KEY (scope, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE district (
  id TEXT NOT NULL PRIMARY KEY,
  body TEXT NOT NULL                  -- JSON, domain::District
) STRICT, WITHOUT ROWID;
CREATE TABLE point (
  id TEXT NOT NULL PRIMARY KEY,
  district TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,                 -- domain::PointType
  lat REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
  lng REAL NOT NULL CHECK (lng BETWEEN -180 AND 180),
  radius_m REAL NOT NULL CHECK (radius_m > 0),
  sample INTEGER NOT NULL CHECK (sample IN (0, 1)),
  retired INTEGER NOT NULL CHECK (retired IN (0, 1))
, shape TEXT, number TEXT NOT NULL DEFAULT '', unit TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE standard (
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  body TEXT NOT NULL,                 -- JSON, domain::Standard
  PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE photo (
  sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  media_type TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),    -- as stored, before orientation
  height INTEGER NOT NULL CHECK (height > 0),
  shown_width INTEGER NOT NULL CHECK (shown_width > 0),
  shown_height INTEGER NOT NULL CHECK (shown_height > 0),
  stored_at INTEGER                   -- when the server confirmed it; NULL: not yet
) STRICT, WITHOUT ROWID;
CREATE TABLE draft (
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  criterion TEXT NOT NULL,            -- empty before the choice
  note TEXT NOT NULL,
  PRIMARY KEY (person, point)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
  dev_seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,  -- counts up, never used twice
  op TEXT NOT NULL UNIQUE,            -- OpId
  person TEXT NOT NULL,               -- whose session sends it
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'rejected')),
  stuck TEXT,                         -- code of the last failure
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  retry_at INTEGER NOT NULL           -- not before this time; 0: at once
) STRICT;
CREATE TABLE notice (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE finding (
  id TEXT NOT NULL PRIMARY KEY,
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  criterion TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  applied INTEGER NOT NULL CHECK (applied IN (0, 1)),  -- the server has acknowledged it
  review_state TEXT NOT NULL,         -- domain::ReviewState
  review TEXT,                        -- JSON, domain::Review; NULL while pending
  record TEXT NOT NULL                -- JSON, domain::FindingRecord; never changes
, inspection TEXT) STRICT;
CREATE TABLE finding_photo (
  finding TEXT NOT NULL REFERENCES finding (id),
  place INTEGER NOT NULL,
  sha256 TEXT NOT NULL REFERENCES photo (sha256),
  PRIMARY KEY (finding, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE draft_photo (
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES photo (sha256),
  place INTEGER NOT NULL,             -- order of capture
  source TEXT NOT NULL,               -- JSON, domain::CaptureSource
  taken_at INTEGER NOT NULL,
  position TEXT NOT NULL,             -- JSON, domain::PositionEvidence
  PRIMARY KEY (person, point, sha256)
) STRICT, WITHOUT ROWID;
CREATE TABLE inspection (
  id TEXT NOT NULL PRIMARY KEY,
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  point_kind TEXT NOT NULL,           -- domain::PointType when it was begun
  standard TEXT NOT NULL,             -- the version that was in force then
  standard_version INTEGER NOT NULL CHECK (standard_version >= 1),
  started_at INTEGER NOT NULL,
  touched_at INTEGER NOT NULL,        -- when somebody last did something in it
  start TEXT NOT NULL,                -- JSON, domain::PositionEvidence
  start_standing TEXT,                -- JSON, domain::Standing; NULL without a fix
  submitted_at INTEGER,               -- NULL: open
  applied INTEGER NOT NULL CHECK (applied IN (0, 1)),  -- the server has acknowledged it
  record TEXT,                        -- JSON, domain::InspectionRecord; never changes
  CHECK ((record IS NULL) = (submitted_at IS NULL))
) STRICT;
CREATE TABLE answer (
  inspection TEXT NOT NULL REFERENCES inspection (id),
  criterion TEXT NOT NULL,
  value TEXT,                         -- JSON, domain::AnswerValue; NULL: none yet
  kept TEXT,                          -- the answer before an excuse, to come back without it
  note TEXT NOT NULL,
  PRIMARY KEY (inspection, criterion)
) STRICT, WITHOUT ROWID;
CREATE TABLE answer_photo (
  inspection TEXT NOT NULL REFERENCES inspection (id),
  criterion TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES photo (sha256),
  place INTEGER NOT NULL,             -- order of capture
  source TEXT NOT NULL,               -- JSON, domain::CaptureSource
  taken_at INTEGER NOT NULL,
  position TEXT NOT NULL,             -- JSON, domain::PositionEvidence
  PRIMARY KEY (inspection, criterion, sha256)
) STRICT, WITHOUT ROWID;
CREATE TABLE track_fix (
  inspection TEXT NOT NULL REFERENCES inspection (id),
  number INTEGER NOT NULL,
  lat REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
  lng REAL NOT NULL CHECK (lng BETWEEN -180 AND 180),
  accuracy_m REAL NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (inspection, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_by_entity ON outbox (entity);
CREATE INDEX finding_by_time ON finding (person, found_at, id);
CREATE INDEX finding_by_point ON finding (person, point, found_at, review_state);
CREATE INDEX finding_returned ON finding (person, found_at, id) WHERE review_state = 'returned';
CREATE UNIQUE INDEX inspection_open ON inspection (person, point) WHERE submitted_at IS NULL;
CREATE INDEX inspection_by_point ON inspection (person, point, started_at);
CREATE INDEX finding_by_inspection ON finding (inspection) WHERE inspection IS NOT NULL;
INSERT INTO answer (inspection, criterion, value, kept, note) VALUES ('01a20725-73c2-74cc-8608-5b96075afe95', 'road-surface-intact', '{"form":"holds","holds":false}', NULL, '');
INSERT INTO answer_photo (inspection, criterion, sha256, place, source, taken_at, position) VALUES ('01a20725-73c2-74cc-8608-5b96075afe95', 'road-surface-intact', 'd71edcc53b232c1e312975ef99a9b0b027744671fa64eee27fd26e8def3b23c6', 2, '"camera"', 1795416224747, '{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224747,"mock":true}}');
INSERT INTO cursor (scope, seq) VALUES ('district:62cfccd4-345b-5b60-b6c0-edcaccbbb1bd', 30);
INSERT INTO cursor (scope, seq) VALUES ('person:8d575c0c-c80f-5008-8b4f-4514db8bce77', 1);
INSERT INTO district (id, body) VALUES ('62cfccd4-345b-5b60-b6c0-edcaccbbb1bd', '{"id":"62cfccd4-345b-5b60-b6c0-edcaccbbb1bd","name":"泗县（示例）","zone_radius_m":500.0,"standard":{"id":"f2d97c40-b574-5bf0-9aab-aa08a2c0aa20","version":1},"photos":{"working_px":1920,"layout":"panel","person":"name","originals":"unmetered"}}');
INSERT INTO draft (person, point, criterion, note) VALUES ('8d575c0c-c80f-5008-8b4f-4514db8bce77', 'c296dac4-0e26-5597-8d03-055b17a54758', 'cables-tidy', '线缆下垂，离地不足两米');
INSERT INTO draft_photo (person, point, sha256, place, source, taken_at, position) VALUES ('8d575c0c-c80f-5008-8b4f-4514db8bce77', 'c296dac4-0e26-5597-8d03-055b17a54758', '879c8ea86d29d1993eab507e581e8bf3b2e1b33a914376dc003683807943b6e8', 1, '"camera"', 1795416224791, '{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224791,"mock":true}}');
INSERT INTO finding (id, person, point, criterion, found_at, applied, review_state, review, record, inspection) VALUES ('01a20725-72c9-7037-92e0-05fee1f3366c', '8d575c0c-c80f-5008-8b4f-4514db8bce77', 'c296dac4-0e26-5597-8d03-055b17a54758', 'cables-tidy', 1795416224475, 1, 'pending', NULL, '{"id":"01a20725-72c9-7037-92e0-05fee1f3366c","point":"c296dac4-0e26-5597-8d03-055b17a54758","standard":"f2d97c40-b574-5bf0-9aab-aa08a2c0aa20","standard_version":1,"criterion":"cables-tidy","note":"线缆下垂","found_at":1795416224475,"position":{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224475,"mock":true}},"standing":{"distance_m":314.99,"to_edge_m":185.01,"side":"inside"},"photos":[{"sha256":"e468261cebe9390dfa7a9d4e24f4fecae6d6a6c41bf483fe02630a6319cfba86","bytes":121028,"media_type":"image/jpeg","width":480,"height":360,"source":"camera","taken_at":1795416224457,"position":{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224457,"mock":true}},"evidence":{"text":"{\"version\":1,\"device\":\"01a20725-7298-7235-afef-17a916cd9c97\",\"seq\":1,\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"original\":{\"sha256\":\"e468261cebe9390dfa7a9d4e24f4fecae6d6a6c41bf483fe02630a6319cfba86\",\"bytes\":121028},\"code\":\"3E8N-6SK8-WXTM-1A1N\",\"copies\":{\"working\":{\"sha256\":\"d8ce242b4be127b3dc53bbe02a007037bd41560e4ecb2fbfc0dbbcf4be632418\",\"bytes\":78790,\"width\":480,\"height\":360},\"marked\":{\"sha256\":\"414f657daa506b2fe4b327afe2cb34038001c61573ed95364a62606b887b4067\",\"bytes\":77936,\"width\":480,\"height\":360},\"thumb\":{\"sha256\":\"aae890406aa233c8ea1f749d3bf873a3b3f08e8bcb8c05b6905c699418f7e92c\",\"bytes\":28852,\"width\":320,\"height\":240}},\"person\":\"8d575c0c-c80f-5008-8b4f-4514db8bce77\",\"point\":\"c296dac4-0e26-5597-8d03-055b17a54758\",\"subject\":{\"kind\":\"finding\",\"id\":\"01a20725-72c9-7037-92e0-05fee1f3366c\"},\"source\":\"camera\",\"clocks\":{\"wall\":1795416224457,\"offset_min\":0,\"boot\":\"b3465d8b-7bba-45c2-b86b-725750e0f1e1\",\"since_boot_ms\":4291966},\"position\":{\"kind\":\"measured\",\"fix\":{\"place\":{\"lat\":33.48,\"lng\":117.88},\"accuracy_m\":8.0,\"provider\":\"simulated\",\"taken_at\":1795416224457,\"mock\":true}},\"fix_age_ms\":0,\"standing\":{\"distance_m\":314.99,\"to_edge_m\":185.01,\"side\":\"inside\"},\"exif\":{},\"marks\":[{\"mark\":\"mock_position\"}],\"beacon\":{\"beacon\":{\"text\":\"{\\\"at\\\":1795416224446,\\\"device\\\":\\\"01a20725-7298-7235-afef-17a916cd9c97\\\",\\\"nonce\\\":\\\"2f2aad25b343ab1c22acaf778c50b05c\\\"}\",\"key\":\"665e4e650a6248b2b126abcec1c7c1ab3bc280a600783c8e3721daef52c91ead\",\"signature\":\"604175189b1b6a0b189f193bf211e06dc5b75a7bb58628f4409052cb9975568bf543741b4aeb38551702d6ccf69ebe1617c9e2dc221dda0dc62d2bec74c57ee9\"},\"came\":{\"wall\":1795416224447,\"offset_min\":0,\"boot\":\"b3465d8b-7bba-45c2-b86b-725750e0f1e1\",\"since_boot_ms\":4291957}}}","key":"ab4488197f4b49b062c30203a4f80fac67234f752d771dd70e04b23fbb813005","signature":"921bf23c5bd438efb490706124ce946a67b0e184c04d77b1c357e033c7db31c07f0eb353bdd2ed097da5bffb4a174135594d49e88430853aab8bde106cf36bc8"}}]}', NULL);
INSERT INTO finding (id, person, point, criterion, found_at, applied, review_state, review, record, inspection) VALUES ('01a20725-731e-754d-ab6c-8e6061b6fbe9', '8d575c0c-c80f-5008-8b4f-4514db8bce77', 'c296dac4-0e26-5597-8d03-055b17a54758', 'cables-tidy', 1795416224559, 0, 'pending', NULL, '{"id":"01a20725-731e-754d-ab6c-8e6061b6fbe9","point":"c296dac4-0e26-5597-8d03-055b17a54758","standard":"f2d97c40-b574-5bf0-9aab-aa08a2c0aa20","standard_version":1,"criterion":"cables-tidy","note":"线缆下垂","found_at":1795416224559,"position":{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224559,"mock":true}},"standing":{"distance_m":314.99,"to_edge_m":185.01,"side":"inside"},"photos":[{"sha256":"e468261cebe9390dfa7a9d4e24f4fecae6d6a6c41bf483fe02630a6319cfba86","bytes":121028,"media_type":"image/jpeg","width":480,"height":360,"source":"camera","taken_at":1795416224542,"position":{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224542,"mock":true}},"evidence":{"text":"{\"version\":1,\"device\":\"01a20725-7298-7235-afef-17a916cd9c97\",\"seq\":2,\"prev\":\"82b2b51ef55e15068d594bce47cda9382706b8d2135a0594bd92a74b0a364b7d\",\"original\":{\"sha256\":\"e468261cebe9390dfa7a9d4e24f4fecae6d6a6c41bf483fe02630a6319cfba86\",\"bytes\":121028},\"code\":\"KQBC-MGCA-PWCH-PTC6\",\"copies\":{\"working\":{\"sha256\":\"7033ea7bb143f7b40a82d6e98e6a87c0ed5edb623d1b6da0d3acc192861ac63a\",\"bytes\":78790,\"width\":480,\"height\":360},\"marked\":{\"sha256\":\"719ee444ec54eceb40ff6c1eab1b691f7edef652ee45880b4e9e408c844b5472\",\"bytes\":77860,\"width\":480,\"height\":360},\"thumb\":{\"sha256\":\"aae890406aa233c8ea1f749d3bf873a3b3f08e8bcb8c05b6905c699418f7e92c\",\"bytes\":28852,\"width\":320,\"height\":240}},\"person\":\"8d575c0c-c80f-5008-8b4f-4514db8bce77\",\"point\":\"c296dac4-0e26-5597-8d03-055b17a54758\",\"subject\":{\"kind\":\"finding\",\"id\":\"01a20725-731e-754d-ab6c-8e6061b6fbe9\"},\"source\":\"camera\",\"clocks\":{\"wall\":1795416224542,\"offset_min\":0,\"boot\":\"b3465d8b-7bba-45c2-b86b-725750e0f1e1\",\"since_boot_ms\":4292051},\"position\":{\"kind\":\"measured\",\"fix\":{\"place\":{\"lat\":33.48,\"lng\":117.88},\"accuracy_m\":8.0,\"provider\":\"simulated\",\"taken_at\":1795416224542,\"mock\":true}},\"fix_age_ms\":0,\"standing\":{\"distance_m\":314.99,\"to_edge_m\":185.01,\"side\":\"inside\"},\"exif\":{},\"marks\":[{\"mark\":\"mock_position\"}],\"beacon\":{\"beacon\":{\"text\":\"{\\\"at\\\":1795416224495,\\\"device\\\":\\\"01a20725-7298-7235-afef-17a916cd9c97\\\",\\\"nonce\\\":\\\"26b278e9147dbc45f87fb46cf09c5c7b\\\"}\",\"key\":\"665e4e650a6248b2b126abcec1c7c1ab3bc280a600783c8e3721daef52c91ead\",\"signature\":\"1a6da4fec7ac9adf6f416e05a39cf8f318412a11e37907e34eb724492f19777daa50e7c613b4bb9f942e7de080f1b5be03128987a4b21eeb0e0190466bdc4549\"},\"came\":{\"wall\":1795416224496,\"offset_min\":0,\"boot\":\"b3465d8b-7bba-45c2-b86b-725750e0f1e1\",\"since_boot_ms\":4292006}}}","key":"ab4488197f4b49b062c30203a4f80fac67234f752d771dd70e04b23fbb813005","signature":"374772d2672a14ae455a02448093a16024f99067a995b3f7f189639fbcb4be6c63b24b147077b31337dbbe42ef0a916b3c983a4b28df01069d2edbb5687512bd"}}]}', NULL);
INSERT INTO finding (id, person, point, criterion, found_at, applied, review_state, review, record, inspection) VALUES ('01a20725-7342-75e3-8dcb-b7c064f032f8', '8d575c0c-c80f-5008-8b4f-4514db8bce77', 'd8d79a59-ad7c-51bf-8303-f7f1d8cf67ef', 'cables-tidy', 1795416224625, 0, 'pending', NULL, '{"id":"01a20725-7342-75e3-8dcb-b7c064f032f8","point":"d8d79a59-ad7c-51bf-8303-f7f1d8cf67ef","standard":"f2d97c40-b574-5bf0-9aab-aa08a2c0aa20","standard_version":1,"criterion":"cables-tidy","note":"线缆下垂","found_at":1795416224625,"position":{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224625,"mock":true}},"standing":{"distance_m":423.63,"to_edge_m":76.37,"side":"inside"},"photos":[{"sha256":"46c1a0d21ff3c6184c70bfad53701d3b7d026d92df376bdc0d1036c2cbb9ef78","bytes":161765,"media_type":"image/jpeg","width":480,"height":360,"source":"camera","taken_at":1795416224606,"position":{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224606,"mock":true}},"evidence":{"text":"{\"version\":1,\"device\":\"01a20725-7298-7235-afef-17a916cd9c97\",\"seq\":4,\"prev\":\"e762da455f19d16998380b44bd94cc9185c63339d19870fc4c96c37e96d5a783\",\"original\":{\"sha256\":\"46c1a0d21ff3c6184c70bfad53701d3b7d026d92df376bdc0d1036c2cbb9ef78\",\"bytes\":161765},\"code\":\"NG02-G6BQ-NSRE-BEG4\",\"copies\":{\"working\":{\"sha256\":\"de515125f30ed90281b35ad065d27c969e3a456d91706e324f85d5b8a781469b\",\"bytes\":100415,\"width\":480,\"height\":360},\"marked\":{\"sha256\":\"7b5fbfc1fbe5217dad8ef3b4efb11efe6f7c12a20e2a163d3a5b974e03328151\",\"bytes\":95031,\"width\":480,\"height\":360},\"thumb\":{\"sha256\":\"85b7b13ecb86ae1f77a5d3656bc7874852a8204080fd08ad828b42ae82e01d09\",\"bytes\":33870,\"width\":320,\"height\":240}},\"person\":\"8d575c0c-c80f-5008-8b4f-4514db8bce77\",\"point\":\"d8d79a59-ad7c-51bf-8303-f7f1d8cf67ef\",\"subject\":{\"kind\":\"finding\",\"id\":\"01a20725-7342-75e3-8dcb-b7c064f032f8\"},\"source\":\"camera\",\"clocks\":{\"wall\":1795416224606,\"offset_min\":0,\"boot\":\"b3465d8b-7bba-45c2-b86b-725750e0f1e1\",\"since_boot_ms\":4292116},\"position\":{\"kind\":\"measured\",\"fix\":{\"place\":{\"lat\":33.48,\"lng\":117.88},\"accuracy_m\":8.0,\"provider\":\"simulated\",\"taken_at\":1795416224606,\"mock\":true}},\"fix_age_ms\":0,\"standing\":{\"distance_m\":423.63,\"to_edge_m\":76.37,\"side\":\"inside\"},\"exif\":{},\"marks\":[{\"mark\":\"mock_position\"}],\"beacon\":{\"beacon\":{\"text\":\"{\\\"at\\\":1795416224495,\\\"device\\\":\\\"01a20725-7298-7235-afef-17a916cd9c97\\\",\\\"nonce\\\":\\\"26b278e9147dbc45f87fb46cf09c5c7b\\\"}\",\"key\":\"665e4e650a6248b2b126abcec1c7c1ab3bc280a600783c8e3721daef52c91ead\",\"signature\":\"1a6da4fec7ac9adf6f416e05a39cf8f318412a11e37907e34eb724492f19777daa50e7c613b4bb9f942e7de080f1b5be03128987a4b21eeb0e0190466bdc4549\"},\"came\":{\"wall\":1795416224496,\"offset_min\":0,\"boot\":\"b3465d8b-7bba-45c2-b86b-725750e0f1e1\",\"since_boot_ms\":4292006}}}","key":"ab4488197f4b49b062c30203a4f80fac67234f752d771dd70e04b23fbb813005","signature":"b389efcf4fcce93d58d218e5501a46e71de1976df43078b6aa29f7898a8620e4f5016eb02f19c5d6502dd3e78b20eef3b1125560962e5071428d47c7df4d5e4e"}}]}', NULL);
INSERT INTO finding (id, person, point, criterion, found_at, applied, review_state, review, record, inspection) VALUES ('01a20725-7386-7470-a998-f42666f47fa6', '8d575c0c-c80f-5008-8b4f-4514db8bce77', 'c296dac4-0e26-5597-8d03-055b17a54758', 'cables-tidy', 1795416224697, 0, 'pending', NULL, '{"id":"01a20725-7386-7470-a998-f42666f47fa6","point":"c296dac4-0e26-5597-8d03-055b17a54758","standard":"f2d97c40-b574-5bf0-9aab-aa08a2c0aa20","standard_version":1,"criterion":"cables-tidy","note":"线缆下垂","found_at":1795416224697,"position":{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224697,"mock":true}},"standing":{"distance_m":314.99,"to_edge_m":185.01,"side":"inside"},"photos":[{"sha256":"6f3c1b738c52e3ce510c0f9402646c9e9e0012453977edc3f346d88c84dda36d","bytes":170360,"media_type":"image/jpeg","width":480,"height":360,"source":"camera","taken_at":1795416224646,"position":{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224646,"mock":true}},"evidence":{"text":"{\"version\":1,\"device\":\"01a20725-7298-7235-afef-17a916cd9c97\",\"seq\":5,\"prev\":\"03de67ce35a8bc8975e7ce495521ef1fa798320137241fee66f3673c29dfee43\",\"original\":{\"sha256\":\"6f3c1b738c52e3ce510c0f9402646c9e9e0012453977edc3f346d88c84dda36d\",\"bytes\":170360},\"code\":\"8G7V-X3WT-98T1-PSDW\",\"copies\":{\"working\":{\"sha256\":\"befee6bb4d2310fb9c2c1b11e05fc6c88b20d03d9bf73f712a14dde6d13d79d0\",\"bytes\":104435,\"width\":480,\"height\":360},\"marked\":{\"sha256\":\"a2364dcad0b678d391054410b99f2d67664dfbc457bec49d6608169fcdc97f6e\",\"bytes\":97677,\"width\":480,\"height\":360},\"thumb\":{\"sha256\":\"123baca4cb8e33ed23c21a898e1ee2201534e715f5a835860751119bdf321061\",\"bytes\":34110,\"width\":320,\"height\":240}},\"person\":\"8d575c0c-c80f-5008-8b4f-4514db8bce77\",\"point\":\"c296dac4-0e26-5597-8d03-055b17a54758\",\"subject\":{\"kind\":\"finding\",\"id\":\"01a20725-7386-7470-a998-f42666f47fa6\"},\"source\":\"camera\",\"clocks\":{\"wall\":1795416224646,\"offset_min\":0,\"boot\":\"b3465d8b-7bba-45c2-b86b-725750e0f1e1\",\"since_boot_ms\":4292156},\"position\":{\"kind\":\"measured\",\"fix\":{\"place\":{\"lat\":33.48,\"lng\":117.88},\"accuracy_m\":8.0,\"provider\":\"simulated\",\"taken_at\":1795416224646,\"mock\":true}},\"fix_age_ms\":0,\"standing\":{\"distance_m\":314.99,\"to_edge_m\":185.01,\"side\":\"inside\"},\"exif\":{},\"marks\":[{\"mark\":\"mock_position\"}],\"beacon\":{\"beacon\":{\"text\":\"{\\\"at\\\":1795416224495,\\\"device\\\":\\\"01a20725-7298-7235-afef-17a916cd9c97\\\",\\\"nonce\\\":\\\"26b278e9147dbc45f87fb46cf09c5c7b\\\"}\",\"key\":\"665e4e650a6248b2b126abcec1c7c1ab3bc280a600783c8e3721daef52c91ead\",\"signature\":\"1a6da4fec7ac9adf6f416e05a39cf8f318412a11e37907e34eb724492f19777daa50e7c613b4bb9f942e7de080f1b5be03128987a4b21eeb0e0190466bdc4549\"},\"came\":{\"wall\":1795416224496,\"offset_min\":0,\"boot\":\"b3465d8b-7bba-45c2-b86b-725750e0f1e1\",\"since_boot_ms\":4292006}}}","key":"ab4488197f4b49b062c30203a4f80fac67234f752d771dd70e04b23fbb813005","signature":"b819192af5cafa4bb0422d5f460300cb0abe42bb376c4cedcb970430de7794bf6da8a053f14a76a60b3dafe46e7ca225780739b2c8092bc243615e94d579d8e2"},"annotation":{"text":"{\"version\":1,\"evidence\":\"927759c2a45a265065c60bc95ab07427735b5f4d0986171c5717fa8c2f5d8cb9\",\"original\":\"6f3c1b738c52e3ce510c0f9402646c9e9e0012453977edc3f346d88c84dda36d\",\"copy\":{\"sha256\":\"2c64348be1d0b44552cecb931a55ba7bc9339a7e98e8d913afd86bc7d0bb8bcd\",\"bytes\":98594,\"width\":480,\"height\":360},\"shapes\":[{\"shape\":\"arrow\",\"from\":{\"x\":0,\"y\":0},\"to\":{\"x\":1000,\"y\":5000},\"colour\":\"red\"},{\"shape\":\"arrow\",\"from\":{\"x\":0,\"y\":0},\"to\":{\"x\":2000,\"y\":5000},\"colour\":\"red\"}],\"person\":\"8d575c0c-c80f-5008-8b4f-4514db8bce77\",\"clocks\":{\"wall\":1795416224695,\"offset_min\":0,\"boot\":\"b3465d8b-7bba-45c2-b86b-725750e0f1e1\",\"since_boot_ms\":4292205}}","key":"ab4488197f4b49b062c30203a4f80fac67234f752d771dd70e04b23fbb813005","signature":"453ec24197583de41fc773aa406a65a60fa3cd6d5be32bea5b865977be22e4049961608b407338555a3abf64322b06f9e69d5f2557ab440149b7cc29a30d5440"}}]}', NULL);
INSERT INTO finding_photo (finding, place, sha256) VALUES ('01a20725-72c9-7037-92e0-05fee1f3366c', 1, 'e468261cebe9390dfa7a9d4e24f4fecae6d6a6c41bf483fe02630a6319cfba86');
INSERT INTO finding_photo (finding, place, sha256) VALUES ('01a20725-731e-754d-ab6c-8e6061b6fbe9', 1, 'e468261cebe9390dfa7a9d4e24f4fecae6d6a6c41bf483fe02630a6319cfba86');
INSERT INTO finding_photo (finding, place, sha256) VALUES ('01a20725-7342-75e3-8dcb-b7c064f032f8', 1, '46c1a0d21ff3c6184c70bfad53701d3b7d026d92df376bdc0d1036c2cbb9ef78');
INSERT INTO finding_photo (finding, place, sha256) VALUES ('01a20725-7386-7470-a998-f42666f47fa6', 1, '6f3c1b738c52e3ce510c0f9402646c9e9e0012453977edc3f346d88c84dda36d');
INSERT INTO inspection (id, person, point, point_kind, standard, standard_version, started_at, touched_at, start, start_standing, submitted_at, applied, record) VALUES ('01a20725-7303-7321-87b1-b0a04f5ff3de', '8d575c0c-c80f-5008-8b4f-4514db8bce77', 'c296dac4-0e26-5597-8d03-055b17a54758', 'main-road', 'f2d97c40-b574-5bf0-9aab-aa08a2c0aa20', 1, 1795416224515, 1795416224525, '{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224515,"mock":true}}', '{"distance_m":314.99,"to_edge_m":185.01,"side":"inside"}', 1795416224525, 0, '{"id":"01a20725-7303-7321-87b1-b0a04f5ff3de","point":"c296dac4-0e26-5597-8d03-055b17a54758","point_kind":"main-road","standard":"f2d97c40-b574-5bf0-9aab-aa08a2c0aa20","standard_version":1,"started_at":1795416224515,"submitted_at":1795416224525,"start":{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224515,"mock":true}},"start_standing":{"distance_m":314.99,"to_edge_m":185.01,"side":"inside"},"end":{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224525,"mock":true}},"answers":[{"criterion":"road-surface-intact","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}},{"criterion":"road-nameplate-lighting","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}},{"criterion":"traffic-facilities-intact","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}},{"criterion":"utility-boxes-tidy","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}},{"criterion":"parking-orderly","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}},{"criterion":"parking-lines-complete","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}},{"criterion":"ebike-plate-rate","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}},{"criterion":"no-illegal-small-ads","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}},{"criterion":"small-ads-in-daily-cleaning","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}},{"criterion":"cables-tidy","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}},{"criterion":"green-belt-intact","value":{"form":"not-applicable","reason":"封闭施工"},"note":"","photos":[],"verdict":{"outcome":"not_applicable","why":{"because":"nothing_here","reason":"封闭施工"}}}],"findings":[],"track":[{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"at":1795416224516}],"coverage":{"cells":1976,"seen":6}}');
INSERT INTO inspection (id, person, point, point_kind, standard, standard_version, started_at, touched_at, start, start_standing, submitted_at, applied, record) VALUES ('01a20725-73c2-74cc-8608-5b96075afe95', '8d575c0c-c80f-5008-8b4f-4514db8bce77', 'c296dac4-0e26-5597-8d03-055b17a54758', 'main-road', 'f2d97c40-b574-5bf0-9aab-aa08a2c0aa20', 1, 1795416224706, 1795416224767, '{"kind":"measured","fix":{"place":{"lat":33.48,"lng":117.88},"accuracy_m":8.0,"provider":"simulated","taken_at":1795416224706,"mock":true}}', '{"distance_m":314.99,"to_edge_m":185.01,"side":"inside"}', NULL, 0, NULL);
INSERT INTO installation (one, device, settings, server, session, token, epoch, synced_at) VALUES (1, '01a20725-7298-7235-afef-17a916cd9c97', '', 'http://127.0.0.1:9', '{"person":{"id":"8d575c0c-c80f-5008-8b4f-4514db8bce77","district":"62cfccd4-345b-5b60-b6c0-edcaccbbb1bd","display_name":"巡访员一号","role":"inspector"},"district":{"id":"62cfccd4-345b-5b60-b6c0-edcaccbbb1bd","name":"泗县（示例）","zone_radius_m":500.0,"standard":{"id":"f2d97c40-b574-5bf0-9aab-aa08a2c0aa20","version":1},"photos":{"working_px":1920,"layout":"panel","person":"name","originals":"unmetered"}}}', '0000000000000000000000000000000000000000000000000000000000000000', '8e67b854-b459-4883-afff-d2f834214508', 1795416224503);
INSERT INTO outbox (dev_seq, op, person, kind, entity, made_at, state, stuck, attempts, retry_at) VALUES (2, '01a20725-730d-755e-a9e7-e2448d72462c', '8d575c0c-c80f-5008-8b4f-4514db8bce77', 'inspection.submitted', '01a20725-7303-7321-87b1-b0a04f5ff3de', 1795416224525, 'queued', NULL, 0, 0);
INSERT INTO outbox (dev_seq, op, person, kind, entity, made_at, state, stuck, attempts, retry_at) VALUES (3, '01a20725-732f-736e-ad25-1c8c07b6def4', '8d575c0c-c80f-5008-8b4f-4514db8bce77', 'finding.submitted', '01a20725-731e-754d-ab6c-8e6061b6fbe9', 1795416224559, 'queued', NULL, 0, 0);
INSERT INTO outbox (dev_seq, op, person, kind, entity, made_at, state, stuck, attempts, retry_at) VALUES (4, '01a20725-7371-70ef-9b41-90d753dad187', '8d575c0c-c80f-5008-8b4f-4514db8bce77', 'finding.submitted', '01a20725-7342-75e3-8dcb-b7c064f032f8', 1795416224625, 'queued', NULL, 0, 0);
INSERT INTO outbox (dev_seq, op, person, kind, entity, made_at, state, stuck, attempts, retry_at) VALUES (5, '01a20725-73b9-72c3-91d8-6fc71c9091c2', '8d575c0c-c80f-5008-8b4f-4514db8bce77', 'finding.submitted', '01a20725-7386-7470-a998-f42666f47fa6', 1795416224697, 'queued', NULL, 0, 0);
INSERT INTO photo (sha256, bytes, media_type, width, height, shown_width, shown_height, stored_at) VALUES ('adfdf5463eefa252a3798207255f4f37532e3a286c00da866de52a2e4cfc09a1', 13, 'image/jpeg', 480, 360, 480, 360, NULL);
INSERT INTO photo (sha256, bytes, media_type, width, height, shown_width, shown_height, stored_at) VALUES ('e468261cebe9390dfa7a9d4e24f4fecae6d6a6c41bf483fe02630a6319cfba86', 13, 'image/jpeg', 480, 360, 480, 360, 1795416224502);
INSERT INTO photo (sha256, bytes, media_type, width, height, shown_width, shown_height, stored_at) VALUES ('6f3c1b738c52e3ce510c0f9402646c9e9e0012453977edc3f346d88c84dda36d', 13, 'image/jpeg', 480, 360, 480, 360, NULL);
INSERT INTO photo (sha256, bytes, media_type, width, height, shown_width, shown_height, stored_at) VALUES ('d71edcc53b232c1e312975ef99a9b0b027744671fa64eee27fd26e8def3b23c6', 13, 'image/jpeg', 480, 360, 480, 360, NULL);
INSERT INTO photo (sha256, bytes, media_type, width, height, shown_width, shown_height, stored_at) VALUES ('c8ce12bc3c537019d2afc27e86aa39c2bcb3fa403effe5dc7d6bd4178084976b', 13, 'image/jpeg', 480, 360, 480, 360, NULL);
INSERT INTO photo (sha256, bytes, media_type, width, height, shown_width, shown_height, stored_at) VALUES ('46c1a0d21ff3c6184c70bfad53701d3b7d026d92df376bdc0d1036c2cbb9ef78', 13, 'image/jpeg', 480, 360, 480, 360, NULL);
INSERT INTO photo (sha256, bytes, media_type, width, height, shown_width, shown_height, stored_at) VALUES ('879c8ea86d29d1993eab507e581e8bf3b2e1b33a914376dc003683807943b6e8', 13, 'image/jpeg', 480, 360, 480, 360, NULL);
INSERT INTO point (id, district, name, kind, lat, lng, radius_m, sample, retired, shape, number, unit) VALUES ('c296dac4-0e26-5597-8d03-055b17a54758', '62cfccd4-345b-5b60-b6c0-edcaccbbb1bd', '泗州大道', 'main-road', 33.4816, 117.8772, 500.0, 1, 0, NULL, 'SX-026', '城市管理局');
INSERT INTO point (id, district, name, kind, lat, lng, radius_m, sample, retired, shape, number, unit) VALUES ('d8d79a59-ad7c-51bf-8303-f7f1d8cf67ef', '62cfccd4-345b-5b60-b6c0-edcaccbbb1bd', '老城农贸市场（示例）', 'farmers-market', 33.4772, 117.8769, 500.0, 1, 0, NULL, 'SX-014', '市场监督管理局');
INSERT INTO point (id, district, name, kind, lat, lng, radius_m, sample, retired, shape, number, unit) VALUES ('01a89f75-6de7-53f6-9621-f2a507c495ff', '62cfccd4-345b-5b60-b6c0-edcaccbbb1bd', '泗州广场', 'park-square', 33.4901, 117.8852, 500.0, 1, 0, NULL, 'SX-007', '城市管理局');
INSERT INTO point (id, district, name, kind, lat, lng, radius_m, sample, retired, shape, number, unit) VALUES ('160a77b5-b616-5f63-a790-1e035a0f7c4a', '62cfccd4-345b-5b60-b6c0-edcaccbbb1bd', '运河遗址公园', 'park-square', 33.4739, 117.8622, 500.0, 1, 0, NULL, 'SX-003', '城市管理局');
INSERT INTO point (id, district, name, kind, lat, lng, radius_m, sample, retired, shape, number, unit) VALUES ('1e57516b-2c96-55c9-bcff-e6b898286cd6', '62cfccd4-345b-5b60-b6c0-edcaccbbb1bd', '火车站（示例）', 'transport-hub', 33.5063, 117.8712, 500.0, 1, 0, NULL, 'SX-016', '交通运输局');
INSERT INTO standard (id, version, body) VALUES ('f2d97c40-b574-5bf0-9aab-aa08a2c0aa20', 1, '{"id":"f2d97c40-b574-5bf0-9aab-aa08a2c0aa20","version":1,"name_zh":"全国文明城市实地测评标准库","name_en":"Catalogue of criteria for civilised-city inspection","categories":[{"id":"infrastructure","name_zh":"基础设施","name_en":"Infrastructure"},{"id":"parking","name_zh":"停车秩序","name_en":"Parking order"},{"id":"traffic","name_zh":"交通文明","name_en":"Traffic conduct"},{"id":"trading","name_zh":"经营秩序","name_en":"Trading order"},{"id":"small-ads","name_zh":"小广告","name_en":"Small adverts"},{"id":"cables","name_zh":"缆线","name_en":"Cables"},{"id":"greening","name_zh":"绿化","name_en":"Greenery"},{"id":"food-safety","name_zh":"食品安全","name_en":"Food and markets"},{"id":"minors","name_zh":"未成年人","name_en":"Minors"},{"id":"inspection-area","name_zh":"检测范围","name_en":"Inspection area"},{"id":"materials","name_zh":"网报材料","name_en":"Filed materials"},{"id":"organisation","name_zh":"组织频次","name_en":"Organisation and timing"},{"id":"scoring","name_zh":"测评规则","name_en":"Scoring rules"}],"criteria":[{"code":"road-surface-intact","name_zh":"路面地砖路沿完好","name_en":"Road surface, paving and kerbs sound","hint_zh":"看路面有没有坑，地砖有没有碎裂松动，路沿石有没有缺角断开，有一处就不合格。","hint_en":"Look for potholes, cracked or loose paving and broken kerbstones; one is enough to fail.","kind":"boolean","threshold":null,"inferred":false,"provenance":{"document":"001","jurisdiction":"sixian-2023","section":null},"category":"infrastructure","scope":"point","applies_to":["main-road","alley","farmers-market","transport-hub","hospital","commercial-street","mall","surroundings"],"evidence":{"photos":2,"when":"failed","shot":"near-far","needs":[]},"parts":[],"excuses":[],"grants":false,"codes":["matter:06013","matter:06050"],"note_zh":"","note_en":""},{"code":"cables-tidy","name_zh":"架空线整齐","name_en":"Overhead cables tidy","hint_zh":"抬头看：线缆下垂、缠成团、断头悬挂，就不合格。","hint_en":"Look up: sagging, tangled or dangling cables fail.","kind":"boolean","threshold":null,"inferred":false,"provenance":{"document":"001","jurisdiction":"sixian-2023","section":"二(二)2"},"category":"cables","scope":"point","applies_to":["main-road","alley","old-residential","farmers-market","commercial-street","village"],"evidence":{"photos":2,"when":"failed","shot":"near-far","needs":[]},"parts":[],"excuses":[],"grants":false,"codes":["matter:06008","matter:10002"],"note_zh":"","note_en":""}],"profile":{"id":"sixian-2023","name_zh":"泗县公安局 2023","name_en":"Sixian Public Security Bureau 2023","catalogue_version":1,"document":"001","edition_zh":"县级城市测评体系（2021 年版），操作手册（2023 年版）","edition_en":"County-level system, 2021 edition; handbook, 2023 edition","zone":{"mode":"circle","radius_m":500.0},"key_point_types":["farmers-market","transport-hub","hospital","mall","community","complex","school"],"titles":[]},"edited":null}');
INSERT INTO track_fix (inspection, number, lat, lng, accuracy_m, at) VALUES ('01a20725-73c2-74cc-8608-5b96075afe95', 1, 33.48, 117.88, 8.0, 1795416224707);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', 5);
PRAGMA user_version = 3;
