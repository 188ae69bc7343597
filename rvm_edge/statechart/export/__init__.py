"""The chart in other notations: Mermaid, Graphviz, pictures, JSON, SCXML."""
