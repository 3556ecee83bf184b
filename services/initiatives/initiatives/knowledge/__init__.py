"""What initiatives keeps of other services' facts: a module per subject, and what it does then."""
