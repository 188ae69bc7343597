"""How the computer is, what the machine is made of, and starting either anew."""
