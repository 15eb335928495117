"""What is being written: its fields, its items, and what it would get."""
