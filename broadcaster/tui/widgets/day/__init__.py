"""The day drawn: what became of each play, and of each minute."""
