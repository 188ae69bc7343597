"""How the machine learns who it is."""
