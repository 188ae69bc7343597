"""Sensors that the kernel reads by itself, in ``/sys/bus/iio/devices``."""
