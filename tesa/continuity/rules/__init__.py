"""Pure rules: whom the document rings, how a test call is judged."""
