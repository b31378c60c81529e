"""What a run yields: records, events and their JSON form."""
