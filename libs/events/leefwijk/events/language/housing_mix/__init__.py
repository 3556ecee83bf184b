"""Facts of housing mix: the stock, what each home is like, and what is planned with it."""
