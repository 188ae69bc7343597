"""`python -m rvm_edge` is `rvm-edge`."""

from __future__ import annotations

from rvm_edge.cli import main

if __name__ == "__main__":
    main(prog_name="rvm-edge")
