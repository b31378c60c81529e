"""Write what the system shall do. Prove that it does."""

__version__ = "0.1.0"
