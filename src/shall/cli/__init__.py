"""The shall command."""
