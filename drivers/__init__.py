"""The hardware: the ports, and one folder per kind of driver."""
