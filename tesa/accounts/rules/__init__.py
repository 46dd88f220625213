"""Pure rules of accounts: roles, passwords, delays, sessions, one-time codes, import rows."""
