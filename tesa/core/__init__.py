"""Floor 0: database session, transactions, clock, vault, errors, ids, logs. Knows nothing of hotlines."""
