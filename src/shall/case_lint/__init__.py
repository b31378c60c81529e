"""How test cases are written: rules C201 to C205 of ``shall lint``."""
