"""Administration of an installation: doctor, backup, restore, tokens, configuration of clients."""
