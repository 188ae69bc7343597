"""The ESP32 motor controller: its ASCII dialect over a serial port."""
