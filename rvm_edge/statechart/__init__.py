"""A statechart engine: declare, lint, decide, run on trio, journal, explore, draw."""
