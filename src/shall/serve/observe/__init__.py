"""What an operator sees of a running server: logs, request ids, metrics, traces."""
