"""SQL: statements in, rows out, through SQLAlchemy Core."""
