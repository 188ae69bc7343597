"""The predecessor's local HTTP port, for the server's kiosk page that still asks there."""
