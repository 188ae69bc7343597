"""Where the machine speaks with others: its server, and the screens in front of it."""
