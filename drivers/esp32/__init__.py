"""The ESP32 motor controller over a serial port, in either of its dialects."""
