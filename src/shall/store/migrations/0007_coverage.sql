-- What `shall cover` measured of a run: how many of the things that an OpenAPI document declares were
-- seen, and how many it declares.

CREATE TABLE coverage (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    source TEXT NOT NULL, -- path or URL of the document
    operations INTEGER NOT NULL,
    operations_total INTEGER NOT NULL,
    statuses INTEGER NOT NULL,
    statuses_total INTEGER NOT NULL,
    content_types INTEGER NOT NULL,
    content_types_total INTEGER NOT NULL,
    PRIMARY KEY (run, source)
) WITHOUT ROWID;
