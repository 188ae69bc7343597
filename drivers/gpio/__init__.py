"""Sensors on the Jetson's 40-pin header, through NVIDIA's Jetson.GPIO."""
