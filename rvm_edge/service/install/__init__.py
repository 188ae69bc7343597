"""Makes the program a service of a computer, or takes it off again: a plan, then the deed."""
