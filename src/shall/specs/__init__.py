"""Requirements as data: read and trace. No input or output."""
