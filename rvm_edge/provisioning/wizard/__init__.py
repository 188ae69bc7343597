"""The set-up page for a technician's phone: open only while the machine does not know who it is."""
