"""Case files as pytest items."""
