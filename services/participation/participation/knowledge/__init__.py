"""What participation keeps of other services' facts: a module per subject."""
