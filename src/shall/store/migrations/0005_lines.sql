-- What lists show of a case lies in an index, so that a page of a large run never reads the stored
-- results. listed(document, name) is a function of this program: listed() in shall.store.lines.

-- In hex. NULL: not known, as of older runs, and so are the other two.
ALTER TABLE runs ADD COLUMN "commit" TEXT;
ALTER TABLE runs ADD COLUMN is_dirty INTEGER;
ALTER TABLE runs ADD COLUMN host TEXT;

-- The position in the run, from 1.
ALTER TABLE cases ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
-- Whether the case or its teardown did not pass.
ALTER TABLE cases ADD COLUMN is_bad INTEGER NOT NULL DEFAULT 0;
-- Keys of criteria, tags, and why it did not pass, as JSON.
ALTER TABLE cases ADD COLUMN verifies TEXT NOT NULL DEFAULT '[]';
ALTER TABLE cases ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE cases ADD COLUMN reason TEXT;
ALTER TABLE cases ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;

CREATE TEMP TABLE numbered (of_case INTEGER PRIMARY KEY, number INTEGER NOT NULL);
INSERT INTO numbered SELECT id, row_number() OVER (PARTITION BY run ORDER BY id) FROM cases;
UPDATE cases SET
    number = (SELECT numbered.number FROM numbered WHERE of_case = cases.id),
    is_bad = outcome IN ('failed', 'error') OR coalesce(teardown_outcome, '') IN ('failed', 'error'),
    verifies = listed(document, 'verifies'),
    tags = listed(document, 'tags'),
    reason = listed(document, 'reason'),
    retries = listed(document, 'retries');
DROP TABLE numbered;

DROP INDEX cases_of_run;
CREATE INDEX cases_of_run ON cases (
    run, is_bad DESC, number, case_key, name, outcome, teardown_outcome, data_row, attempt, shard,
    environment, started_at, duration_s, checks_executed, fingerprint, verifies, tags, reason,
    retries
);
DROP INDEX cases_by_key;
CREATE INDEX cases_by_key ON cases (case_key, run, outcome, teardown_outcome);

-- The cases of each run, counted by 'outcome' (of those with a bad teardown: error), 'tag' and
-- 'feature'.
CREATE TABLE case_counts (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    cases INTEGER NOT NULL,
    PRIMARY KEY (run, kind, value)
) WITHOUT ROWID;

INSERT INTO case_counts
SELECT run, 'outcome',
    CASE WHEN is_bad AND outcome NOT IN ('failed', 'error') THEN 'error' ELSE outcome END, count(*)
FROM cases GROUP BY 1, 3
UNION ALL
SELECT run, 'tag', value, count(DISTINCT cases.id)
FROM cases, json_each(tags) GROUP BY 1, 3
UNION ALL
SELECT run, 'feature', substr(value, 1, instr(value || '#', '#') - 1), count(DISTINCT cases.id)
FROM cases, json_each(verifies) GROUP BY 1, 3;

-- As steps and checks are: rows of their own cost more than they were asked for.
DROP TABLE criteria;
CREATE VIEW criteria AS
    SELECT DISTINCT
        cases.id AS "case",
        json_extract(criterion.value, '$.key') AS criterion,
        json_extract(criterion.value, '$.fingerprint') AS fingerprint
    FROM cases, json_each(cases.document, '$.criteria') AS criterion;
