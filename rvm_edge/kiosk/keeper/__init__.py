"""Keeps a browser in front of people, whatever happens to it, to its pages or to the machine."""
