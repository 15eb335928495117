"""Storage: tables, the engine, migrations, and the mapping between rows and domain values. Nothing else knows SQL types."""
