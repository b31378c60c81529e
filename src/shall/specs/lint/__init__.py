"""Rules about how requirements are written: texts in, findings out."""
