"""The name under which an earlier release was started; it now starts shall."""
