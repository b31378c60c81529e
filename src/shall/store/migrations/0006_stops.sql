-- When the run was asked to stop; empty: it was not. NULL: its process never looks here, as those of
-- older releases.
ALTER TABLE runs ADD COLUMN stop_asked_at TEXT
