-- Which process of a large run ran the case, from 1. NULL: the run had one process, or is older.

ALTER TABLE cases ADD COLUMN worker INTEGER;

DROP INDEX cases_of_run;
CREATE INDEX cases_of_run ON cases (
    run, is_bad DESC, number, case_key, name, outcome, teardown_outcome, data_row, attempt, shard,
    environment, started_at, duration_s, checks_executed, fingerprint, verifies, tags, reason,
    retries, worker
);
