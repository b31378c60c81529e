"""The pytest entry point; imports nothing heavy until a case file is collected."""
