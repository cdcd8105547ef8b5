-- SPDX-License-Identifier: Apache-2.0
-- schema.sql - the database of a site, version 2.  Times are ms UTC unless they are called us.
-- PRAGMA user_version holds the version, PRAGMA application_id is 0x43485331 ("CHS1").

CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

-- permanent keys of what the site file names
CREATE TABLE device (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE point (
	id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
	kind INTEGER NOT NULL, decimals INTEGER NOT NULL, unit TEXT NOT NULL,
	modulus REAL NOT NULL,         -- of a counter, in its unit; 0 = it does not roll over; -1 = no counter
	class TEXT NOT NULL            -- of retention
) STRICT;
CREATE TABLE alias (name TEXT PRIMARY KEY, point INTEGER NOT NULL) STRICT, WITHOUT ROWID;  -- earlier names
CREATE TABLE point_device (                                                                -- read through which device, since when
	point INTEGER NOT NULL, since INTEGER NOT NULL, device INTEGER NOT NULL,
	PRIMARY KEY (point, since)) STRICT, WITHOUT ROWID;

-- samples: runs of one point (codec.h); what a run amounts to here, its bytes in block.  seq > 0: a run that came late and overlaps
-- others.  No run is longer than a day (t1 - t0), so that all that cover a time begin at most a day before it.
CREATE TABLE chunk (
	point INTEGER NOT NULL, t0 INTEGER NOT NULL, seq INTEGER NOT NULL,
	t1 INTEGER NOT NULL,                                       -- of the first and the last sample
	n INTEGER NOT NULL, min REAL, max REAL, sum REAL, mean REAL,   -- mean weighted by time; NULL: no usable value
	usable_ms INTEGER NOT NULL, good_ms INTEGER NOT NULL,      -- of t1 - t0, as far as the device was looked at (table scan)
	first REAL, last REAL, last_quality INTEGER NOT NULL, flags INTEGER NOT NULL,
	increment REAL, resets INTEGER NOT NULL,                   -- of a counter
	open INTEGER NOT NULL,                                     -- 1: the run goes on; it will be written again
	block INTEGER NOT NULL,                                    -- its bytes
	PRIMARY KEY (point, t0, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE block (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;  -- appended: dense on disk, cheap to write
CREATE INDEX chunk_open ON chunk (point) WHERE open = 1;

-- what came each second, of all points, until it is in the chunks (tail.h): samples, which points went into chunks with this row, and
-- since when until when each device is being looked at; the newest row always stays
CREATE TABLE tail (seq INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;

-- when devices were looked at, as far as that is over: the present stretch of each stands in the newest row of tail. Device 0:
-- Chisan itself, with its calculations.  And what was lost
CREATE TABLE scan (device INTEGER NOT NULL, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, PRIMARY KEY (device, t0)) STRICT, WITHOUT ROWID;
CREATE TABLE gap (id INTEGER PRIMARY KEY, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, lost INTEGER NOT NULL, why TEXT NOT NULL) STRICT;

-- coarser history (roll.h).  level 1: the 48 half hours of a day in UTC; level 2: days of the site's own zone, a row a month
CREATE TABLE roll (
	point INTEGER NOT NULL, level INTEGER NOT NULL, t0 INTEGER NOT NULL,
	data BLOB NOT NULL,
	PRIMARY KEY (point, level, t0)) STRICT, WITHOUT ROWID;
-- samples that came for a time past (history.h): rolls and reports of it are made again.  point 0: of any point; below 0: no samples, but
-- what reports are made from besides them (saved.h)
CREATE TABLE late (id INTEGER PRIMARY KEY, point INTEGER NOT NULL, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL) STRICT;

-- the journal: append only
CREATE TABLE journal (
	seq INTEGER PRIMARY KEY, us INTEGER NOT NULL,
	kind INTEGER NOT NULL, reason INTEGER NOT NULL, uid INTEGER NOT NULL, token INTEGER NOT NULL,
	point TEXT NOT NULL, user TEXT NOT NULL, terminal TEXT NOT NULL,
	text TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
	hash BLOB NOT NULL) STRICT;
CREATE INDEX journal_time ON journal (us);
CREATE INDEX journal_point ON journal (point, seq) WHERE point <> '';
CREATE INDEX journal_token ON journal (token) WHERE token <> 0;
CREATE TABLE checkpoint (
	seq INTEGER PRIMARY KEY, us INTEGER NOT NULL,
	hash BLOB NOT NULL, key BLOB NOT NULL, signature BLOB NOT NULL) STRICT;
CREATE TRIGGER journal_stays BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoint_is_kept BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;

-- what a restart must not lose
CREATE TABLE state (kind INTEGER NOT NULL, name TEXT NOT NULL, us INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, name)) STRICT, WITHOUT ROWID;

-- reports of closed periods
CREATE TABLE report (
	id INTEGER PRIMARY KEY, report TEXT NOT NULL, label TEXT NOT NULL, revision INTEGER NOT NULL,
	t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, made INTEGER NOT NULL, late INTEGER NOT NULL,
	digest BLOB NOT NULL, text TEXT NOT NULL, csv TEXT NOT NULL,
	confirmed_by TEXT, confirmed INTEGER,
	why INTEGER NOT NULL DEFAULT 0,                            -- it was made again: bits, report.h
	UNIQUE (report, label, revision)) STRICT;
