"""Parts that a machine does not have, and what the machine does without them."""
