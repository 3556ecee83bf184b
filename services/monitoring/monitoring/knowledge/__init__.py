"""What decisions in monitoring need to know: of its own other streams, and of other services."""
