-- Clients of the REST routes that said they are here, and when they were last heard.

CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    principal TEXT NOT NULL,
    protocol_version TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_heartbeat TEXT NOT NULL, -- to be shown; what counts is heard_s
    heard_s REAL NOT NULL, -- seconds of the machine's monotonic clock
    client_info TEXT NOT NULL -- JSON
) WITHOUT ROWID;
CREATE INDEX connections_by_silence ON connections (heard_s);
CREATE INDEX connections_by_principal ON connections (principal);
