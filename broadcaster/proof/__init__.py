"""What was heard: the ledger and the coverage, from what the database holds."""
