"""Where requirements documents lie, one file a layout. A new layout is a file."""
