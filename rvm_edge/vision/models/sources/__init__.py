"""Where a machine learns which model it shall have: one module for each place."""
