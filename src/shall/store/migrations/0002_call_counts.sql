-- Calls counted by spans of time; see shall.store.call_statistics. Every call is counted once in each
-- length of span. latency_bucket() is a function of this program: bucket_of() there.

CREATE TABLE call_counts (
    length INTEGER NOT NULL, -- of the span, in seconds
    start INTEGER NOT NULL, -- of the span, in seconds since 1970 UTC; a multiple of its length
    tool TEXT NOT NULL,
    status TEXT NOT NULL,
    error_code TEXT NOT NULL, -- empty: none
    calls INTEGER NOT NULL,
    spent_ms REAL NOT NULL,
    PRIMARY KEY (length, start, tool, status, error_code)
) WITHOUT ROWID;

CREATE TABLE call_latencies (
    length INTEGER NOT NULL,
    start INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (length, start, bucket)
) WITHOUT ROWID;

-- Whole seconds are cut from the text: strftime() would round a fraction up to the next second.
CREATE TEMP TABLE counted AS
    SELECT length, CAST(strftime('%s', substr(at, 1, 19)) AS INTEGER) / length * length AS start,
        tool, status, coalesce(error_code, '') AS error_code, latency_ms,
        latency_bucket(latency_ms) AS bucket
    FROM calls, (SELECT 1 AS length UNION ALL SELECT 60 UNION ALL SELECT 3600
        UNION ALL SELECT 86400 UNION ALL SELECT 2764800);

INSERT INTO call_counts
    SELECT length, start, tool, status, error_code, count(*), sum(latency_ms)
    FROM counted GROUP BY 1, 2, 3, 4, 5;

INSERT INTO call_latencies
    SELECT length, start, bucket, count(*) FROM counted GROUP BY 1, 2, 3;

DROP TABLE counted;

-- With the number in it, rows come in the order in which they are newest without being sorted.
DROP INDEX calls_by_time;
CREATE INDEX calls_by_time ON calls (at, id, status, latency_ms, error_code);
