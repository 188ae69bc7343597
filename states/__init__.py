"""The machine's own statechart: one module per state, `chart.py` connects them."""
