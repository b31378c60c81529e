"""How test cases are written: rules C201 to C207 of ``shall lint``."""
