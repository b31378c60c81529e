"""The schema, one file a step, applied in the order of their numbers."""
