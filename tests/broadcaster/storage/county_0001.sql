BEGIN TRANSACTION;
CREATE TABLE absence (
	id INTEGER NOT NULL, 
	order_id VARCHAR NOT NULL, 
	notice VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	place VARCHAR NOT NULL, 
	day DATE NOT NULL, 
	ordinal INTEGER NOT NULL, 
	because VARCHAR(32) NOT NULL, 
	others JSON NOT NULL, 
	CONSTRAINT pk_absence PRIMARY KEY (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE alert (
	id VARCHAR NOT NULL, 
	notice VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	targets JSON NOT NULL, 
	klass VARCHAR(32) NOT NULL, 
	level INTEGER NOT NULL, 
	severity INTEGER NOT NULL, 
	recording VARCHAR, 
	cancel_recording VARCHAR, 
	duration_ms INTEGER NOT NULL, 
	sent_at DATETIME NOT NULL, 
	sent_by VARCHAR NOT NULL, 
	starts DATETIME NOT NULL, 
	expires DATETIME NOT NULL, 
	repeat_gap_s INTEGER NOT NULL, 
	repeats INTEGER, 
	volume INTEGER, 
	cancelled_at DATETIME, 
	cancelled_by VARCHAR, 
	cancel_revisions JSON NOT NULL, 
	CONSTRAINT pk_alert PRIMARY KEY (id)
);
INSERT INTO "alert" VALUES('al-1','n-2',1,'暴雨红色预警','','["341523100000"]','emergency',3,1,NULL,NULL,0,'2026-11-24 04:00:00.000000','li','2026-11-24 04:00:00.000000','2026-11-24 07:00:00.000000',10,NULL,NULL,NULL,NULL,'{}');
CREATE TABLE alive (
	id INTEGER NOT NULL, 
	monotonic_s FLOAT NOT NULL, 
	wall DATETIME NOT NULL, 
	boot VARCHAR NOT NULL, 
	CONSTRAINT pk_alive PRIMARY KEY (id), 
	CONSTRAINT ck_alive_one_row CHECK (id = 1)
);
CREATE TABLE area (
	code VARCHAR(12) NOT NULL, 
	name VARCHAR NOT NULL, 
	population INTEGER NOT NULL, 
	quiet_hours JSON, 
	budget_minutes INTEGER, 
	CONSTRAINT pk_area PRIMARY KEY (code)
);
INSERT INTO "area" VALUES('341523000000','临水县',1846,'[["22:00:00","06:00:00"]]',120);
INSERT INTO "area" VALUES('341523100000','青石镇',1846,NULL,NULL);
INSERT INTO "area" VALUES('341523100200','石桥村',1846,NULL,NULL);
CREATE TABLE asset (
	id VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	source_name VARCHAR NOT NULL, 
	source_sha256 VARCHAR NOT NULL, 
	spoken_text VARCHAR, 
	imported_at DATETIME NOT NULL, 
	imported_by VARCHAR NOT NULL, 
	duration_ms INTEGER NOT NULL, 
	loudness_lufs FLOAT, 
	warnings JSON NOT NULL, 
	CONSTRAINT pk_asset PRIMARY KEY (id)
);
INSERT INTO "asset" VALUES('a-1','一封信','信.mp3','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc',NULL,'2026-11-24 04:00:00.000000','li',61000,NULL,'[]');
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	who VARCHAR NOT NULL, 
	what VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	places JSON NOT NULL, 
	parameters JSON NOT NULL, 
	outcome VARCHAR NOT NULL, 
	message VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,'2026-11-24 04:00:00.000000','li','notices.submit','n-1','["341523000000"]','{"comment":"好"}','done','','075264449ccafcc739252fb35552d162d3c18af06ea85349384981543695d6b1');
INSERT INTO "audit" VALUES(2,'2026-11-24 04:00:00.000000','li','notices.submit','n-1','["341523000000"]','{"comment":"好"}','done','','9e51fd292fa852a0e4e63dd32927e5a54206660a70fa5e26685f9986f6c51979');
CREATE TABLE calendar_day (
	day DATE NOT NULL, 
	workday BOOLEAN NOT NULL, 
	name VARCHAR NOT NULL, 
	CONSTRAINT pk_calendar_day PRIMARY KEY (day)
);
CREATE TABLE chain (
	endpoint VARCHAR NOT NULL, 
	chain VARCHAR NOT NULL, 
	seq INTEGER NOT NULL, 
	hash VARCHAR NOT NULL, 
	receipt_revision BIGINT NOT NULL, 
	faults INTEGER NOT NULL, 
	previous_chains JSON NOT NULL, 
	CONSTRAINT pk_chain PRIMARY KEY (endpoint)
);
INSERT INTO "chain" VALUES('shiqiao-01','0000000000000000',1,'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',1795492863,0,'[]');
CREATE TABLE endpoint (
	id VARCHAR(47) NOT NULL, 
	village VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	site VARCHAR NOT NULL, 
	link VARCHAR NOT NULL, 
	feeder VARCHAR NOT NULL, 
	position INTEGER, 
	latitude FLOAT, 
	longitude FLOAT, 
	population INTEGER NOT NULL, 
	resource_code VARCHAR NOT NULL, 
	proof_key VARCHAR NOT NULL, 
	volume INTEGER, 
	enabled BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	provisioned_at DATETIME, 
	retired_at DATETIME, 
	CONSTRAINT pk_endpoint PRIMARY KEY (id), 
	CONSTRAINT fk_endpoint_village_area FOREIGN KEY(village) REFERENCES area (code)
);
INSERT INTO "endpoint" VALUES('shiqiao-01','341523100200','石桥村村部','石桥村村委会楼顶','mqtt','10千伏青石线1号台区',1,31.448,116.9021,615,'63415231002000314010401','abababababababababababababababababababababababababababababababab',80,1,'2026-11-24 04:00:00.000000','2026-11-24 04:00:00.000000',NULL);
CREATE TABLE endpoint_event (
	endpoint VARCHAR NOT NULL, 
	boot VARCHAR NOT NULL, 
	seq INTEGER NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	at DATETIME NOT NULL, 
	detail VARCHAR NOT NULL, 
	CONSTRAINT pk_endpoint_event PRIMARY KEY (endpoint, boot, seq)
);
INSERT INTO "endpoint_event" VALUES('shiqiao-01','00ab00ab',1,'mains_back','2026-11-24 04:00:00.000000','');
CREATE TABLE endpoint_state (
	endpoint VARCHAR NOT NULL, 
	heard_at DATETIME, 
	boot VARCHAR, 
	seq INTEGER, 
	up_s INTEGER, 
	clock_ms BIGINT, 
	clock VARCHAR(32), 
	next_in_s INTEGER, 
	held JSON, 
	missing JSON, 
	missing_count INTEGER, 
	sounding VARCHAR, 
	volume INTEGER, 
	mains BOOLEAN, 
	battery INTEGER, 
	temperature INTEGER, 
	signal INTEGER, 
	unreceipted INTEGER, 
	free_kb BIGINT, 
	software VARCHAR, 
	presence VARCHAR(32), 
	presence_epoch VARCHAR, 
	CONSTRAINT pk_endpoint_state PRIMARY KEY (endpoint)
);
INSERT INTO "endpoint_state" VALUES('shiqiao-01','2026-11-24 04:00:00.000000','00ab00ab',7,600,1795492800000,'synced',30,'{"area/341523100200/plan":1795492000}','[]',0,NULL,80,1,NULL,NULL,NULL,0,NULL,'0.1.0','online','e1');
CREATE TABLE notice (
	id VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	asset VARCHAR, 
	cancel_asset VARCHAR, 
	targets JSON NOT NULL, 
	valid_from DATETIME NOT NULL, 
	valid_until DATETIME NOT NULL, 
	klass VARCHAR(32) NOT NULL, 
	severity INTEGER NOT NULL, 
	level INTEGER NOT NULL, 
	volume INTEGER, 
	policy VARCHAR(32), 
	series VARCHAR, 
	issue INTEGER, 
	rule JSON, 
	state VARCHAR(32) NOT NULL, 
	created_by VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_notice PRIMARY KEY (id, version), 
	CONSTRAINT fk_notice_asset_asset FOREIGN KEY(asset) REFERENCES asset (id), 
	CONSTRAINT fk_notice_cancel_asset_asset FOREIGN KEY(cancel_asset) REFERENCES asset (id), 
	CONSTRAINT fk_notice_series_series FOREIGN KEY(series) REFERENCES series (name)
);
INSERT INTO "notice" VALUES('n-1',1,'open_letter','致广大村民朋友的一封信','亲爱的村民朋友：','a-1',NULL,'["341523000000"]','2026-11-24 04:00:00.000000','2026-12-24 04:00:00.000000','daily',0,3,NULL,NULL,NULL,NULL,'{"plays":6,"windows":[{"start":"07:00:00","end":"11:30:00"}]}','on_air','li','2026-11-24 04:00:00.000000');
CREATE TABLE person (
	name VARCHAR NOT NULL, 
	full_name VARCHAR NOT NULL, 
	password_hash VARCHAR NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_person PRIMARY KEY (name)
);
INSERT INTO "person" VALUES('li','李秀兰','',1,'2026-11-24 04:00:00.000000');
CREATE TABLE played (
	endpoint VARCHAR NOT NULL, 
	chain VARCHAR NOT NULL, 
	seq INTEGER NOT NULL, 
	slot VARCHAR, 
	alert VARCHAR, 
	notice VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	recording VARCHAR, 
	started DATETIME, 
	ended DATETIME, 
	heard_ms INTEGER NOT NULL, 
	full_ms INTEGER NOT NULL, 
	result VARCHAR(32) NOT NULL, 
	because VARCHAR(32), 
	volume INTEGER NOT NULL, 
	clock VARCHAR(32) NOT NULL, 
	boot VARCHAR NOT NULL, 
	received_at DATETIME NOT NULL, 
	CONSTRAINT pk_played PRIMARY KEY (endpoint, chain, seq)
);
INSERT INTO "played" VALUES('shiqiao-01','0000000000000000',1,'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',NULL,'n-1',1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','2026-11-24 04:00:00.000000','2026-11-24 04:01:01.000000',61000,61000,'counted',NULL,80,'synced','00ab00ab','2026-11-24 04:01:02.000000');
CREATE TABLE playlist (
	id VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	items JSON NOT NULL, 
	rule JSON, 
	targets JSON NOT NULL, 
	valid_from DATETIME NOT NULL, 
	valid_until DATETIME NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	created_by VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_playlist PRIMARY KEY (id, version)
);
CREATE TABLE published (
	topic VARCHAR NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	target VARCHAR NOT NULL, 
	revision BIGINT NOT NULL, 
	digest VARCHAR NOT NULL, 
	payload BLOB NOT NULL, 
	issued DATETIME NOT NULL, 
	expires DATETIME NOT NULL, 
	CONSTRAINT pk_published PRIMARY KEY (topic)
);
CREATE TABLE recording (
	asset VARCHAR NOT NULL, 
	profile VARCHAR(32) NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	codec VARCHAR(32) NOT NULL, 
	size BIGINT NOT NULL, 
	duration_ms INTEGER NOT NULL, 
	loudness_lufs FLOAT NOT NULL, 
	true_peak_dbtp FLOAT NOT NULL, 
	sample_rate INTEGER NOT NULL, 
	bitrate INTEGER NOT NULL, 
	CONSTRAINT pk_recording PRIMARY KEY (asset, profile), 
	CONSTRAINT fk_recording_asset_asset FOREIGN KEY(asset) REFERENCES asset (id)
);
INSERT INTO "recording" VALUES('a-1','speech','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','opus',120000,61000,-16.2,-1.1,16000,16000);
CREATE TABLE role_grant (
	user VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	place VARCHAR NOT NULL, 
	CONSTRAINT pk_role_grant PRIMARY KEY (user, role, place), 
	CONSTRAINT fk_role_grant_user_person FOREIGN KEY(user) REFERENCES person (name)
);
INSERT INTO "role_grant" VALUES('li','operator','341523000000');
CREATE TABLE series (
	name VARCHAR NOT NULL, 
	last_issue INTEGER NOT NULL, 
	CONSTRAINT pk_series PRIMARY KEY (name)
);
CREATE TABLE setting (
	"key" VARCHAR NOT NULL, 
	value JSON NOT NULL, 
	CONSTRAINT pk_setting PRIMARY KEY ("key")
);
CREATE TABLE signing_key (
	kid VARCHAR NOT NULL, 
	algorithm INTEGER NOT NULL, 
	secret VARCHAR NOT NULL, 
	public VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	retired_at DATETIME, 
	CONSTRAINT pk_signing_key PRIMARY KEY (kid)
);
INSERT INTO "signing_key" VALUES('1111111111111111',-8,'0000000000000000000000000000000000000000000000000000000000000000','3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b3b','2026-11-24 04:00:00.000000',NULL);
CREATE TABLE slot (
	id VARCHAR(32) NOT NULL, 
	order_id VARCHAR NOT NULL, 
	notice VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	place VARCHAR NOT NULL, 
	day DATE NOT NULL, 
	ordinal INTEGER NOT NULL, 
	item INTEGER NOT NULL, 
	earliest DATETIME NOT NULL, 
	planned DATETIME NOT NULL, 
	latest DATETIME NOT NULL, 
	duration_ms INTEGER NOT NULL, 
	because VARCHAR(32) NOT NULL, 
	withdrawn_at DATETIME, 
	CONSTRAINT pk_slot PRIMARY KEY (id)
);
INSERT INTO "slot" VALUES('eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','n-1','n-1',1,'341523000000','2026-11-24',0,0,'2026-11-24 04:00:00.000000','2026-11-24 04:00:00.000000','2026-11-24 08:00:00.000000',61000,'spread',NULL);
CREATE TABLE span (
	day DATE NOT NULL, 
	order_id VARCHAR NOT NULL, 
	place VARCHAR NOT NULL, 
	spans JSON NOT NULL, 
	CONSTRAINT pk_span PRIMARY KEY (day, order_id, place)
);
CREATE TABLE step (
	id INTEGER NOT NULL, 
	subject_kind VARCHAR(32) NOT NULL, 
	subject VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	event VARCHAR(32), 
	who VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	comment VARCHAR NOT NULL, 
	CONSTRAINT pk_step PRIMARY KEY (id)
);
INSERT INTO "step" VALUES(1,'notice','n-1',1,'approve','wang','2026-11-24 04:00:00.000000','同意');
CREATE TABLE token (
	hash VARCHAR NOT NULL, 
	user VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	CONSTRAINT pk_token PRIMARY KEY (hash), 
	CONSTRAINT fk_token_user_person FOREIGN KEY(user) REFERENCES person (name)
);
CREATE INDEX ix_absence_day_place ON absence (day, place);
CREATE INDEX ix_absence_notice_day ON absence (notice, day);
CREATE INDEX ix_alert_expires ON alert (expires);
CREATE INDEX ix_asset_source_sha256 ON asset (source_sha256);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_audit_subject ON audit (subject);
CREATE INDEX ix_audit_who ON audit (who);
CREATE INDEX ix_endpoint_event_at ON endpoint_event (at);
CREATE INDEX ix_played_alert ON played (alert);
CREATE INDEX ix_played_slot_endpoint ON played (slot, endpoint);
CREATE INDEX ix_played_started ON played (started);
CREATE INDEX ix_playlist_state_valid_until ON playlist (state, valid_until);
CREATE INDEX ix_published_kind ON published (kind);
CREATE INDEX ix_slot_day_place ON slot (day, place);
CREATE INDEX ix_slot_notice_day ON slot (notice, day);
CREATE INDEX ix_slot_place_day ON slot (place, day);
CREATE INDEX ix_step_subject_subject_kind_version ON step (subject, subject_kind, version);
CREATE INDEX ix_endpoint_village ON endpoint (village);
CREATE INDEX ix_notice_state_valid_until ON notice (state, valid_until);
CREATE INDEX ix_recording_sha256 ON recording (sha256);
CREATE INDEX ix_token_user ON token (user);
CREATE TRIGGER audit_forbids_update BEFORE update ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END;
CREATE TRIGGER audit_forbids_delete BEFORE delete ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END;
COMMIT;
