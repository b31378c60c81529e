-- Every statement ends with a semicolon at the end of a line. Times are UTC, ISO 8601, six
-- decimals, so that they sort as text.

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    started_at TEXT NOT NULL,
    status TEXT NOT NULL,
    total INTEGER NOT NULL,
    duration_s REAL,
    environment TEXT NOT NULL,
    lease TEXT NOT NULL -- names the lock that the process running it holds
);
CREATE INDEX runs_by_time ON runs (started_at, id);

CREATE TABLE cases (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    case_key TEXT NOT NULL,
    name TEXT NOT NULL,
    data_row TEXT,
    attempt INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    environment TEXT NOT NULL,
    outcome TEXT NOT NULL,
    teardown_outcome TEXT,
    started_at TEXT NOT NULL,
    duration_s REAL NOT NULL,
    checks_executed INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    document TEXT NOT NULL -- the whole result as JSON
);
CREATE INDEX cases_of_run ON cases (run, case_key);
CREATE INDEX cases_by_key ON cases (case_key, started_at);

CREATE TABLE steps (
    id INTEGER PRIMARY KEY,
    "case" INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    step_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    duration_s REAL NOT NULL,
    method TEXT,
    url TEXT,
    http_status INTEGER,
    error_code TEXT
);
CREATE INDEX steps_of_case ON steps ("case");

CREATE TABLE checks (
    id INTEGER PRIMARY KEY,
    step INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    field TEXT,
    outcome TEXT NOT NULL,
    implicit INTEGER NOT NULL
);
CREATE INDEX checks_of_step ON checks (step);

CREATE TABLE criteria (
    "case" INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    criterion TEXT NOT NULL,
    fingerprint TEXT,
    PRIMARY KEY ("case", criterion)
) WITHOUT ROWID;
CREATE INDEX criteria_by_key ON criteria (criterion);

CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    tool TEXT NOT NULL,
    request_id TEXT NOT NULL,
    status TEXT NOT NULL,
    latency_ms REAL NOT NULL,
    error_code TEXT,
    meta TEXT NOT NULL
);
-- Holds every column that the statistics read, so that they never touch the table.
CREATE INDEX calls_by_time ON calls (at, status, latency_ms, error_code);
