"""Makes any driver of any port fail on request."""
