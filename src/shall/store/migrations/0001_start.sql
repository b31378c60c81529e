create table runs (
    run_id text primary key,
    started_at text not null,
    status text not null,
    total integer not null,
    passed integer not null default 0,
    failed integer not null default 0,
    errors integer not null default 0,
    skipped integer not null default 0,
    duration_s real,
    environment text not null,
    test_names text not null default '[]',
    process text not null
);

create index runs_by_start on runs (started_at);

create table cases (
    id integer primary key,
    run_id text not null references runs on delete cascade,
    case_key text not null,
    name text not null,
    outcome text not null,
    teardown_outcome text,
    started_at text not null,
    duration_s real not null,
    checks_executed integer not null,
    data_row text,
    attempt integer not null,
    shard integer not null,
    environment text not null,
    fingerprint text not null,
    rest text not null
);

create index cases_by_run on cases (run_id);
create index cases_by_key on cases (case_key, started_at);

create table steps (
    id integer primary key,
    case_id integer not null references cases on delete cascade,
    is_teardown integer not null,
    step_id text not null,
    path text not null,
    outcome text not null,
    duration_s real not null,
    rest text not null
);

create index steps_by_case on steps (case_id);

create table checks (
    id integer primary key,
    step_id integer not null references steps on delete cascade,
    kind text not null,
    path text not null,
    outcome text not null,
    field text,
    rest text not null
);

create index checks_by_step on checks (step_id);

create table case_criteria (
    case_id integer not null references cases on delete cascade,
    position integer not null,
    criterion text not null,
    fingerprint text,
    primary key (case_id, position)
) without rowid;

create index case_criteria_by_criterion on case_criteria (criterion);

create table calls (
    id integer primary key,
    at text not null,
    tool text not null,
    request_id text not null,
    status text not null,
    latency_ms real not null,
    error_code text,
    meta text not null
);

create index calls_by_time on calls (at);
create index calls_by_request on calls (request_id);
