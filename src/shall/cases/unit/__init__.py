"""Unit cases: files with the root ``unittest:``, and the pytest file that runs one."""
