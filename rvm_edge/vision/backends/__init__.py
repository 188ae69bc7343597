"""The libraries that may run a detector's model. Only the worker's half of the room loads them."""
