"""Tests of parts that are being made; each moves up a folder with the part that it tries."""

collect_ignore_glob = ["test_later_*.py"]
