"""Playing TwiML to a call: one module for each family of verbs."""
