"""Storage: every table of the house, the engine, migrations, and the mapping between rows and domain values."""
