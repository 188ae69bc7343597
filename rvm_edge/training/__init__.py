"""Training a detector from labelled pictures, and measuring how often the rule is right with it.

`evaluate` and everything it needs runs on ONNX Runtime alone. Only `network`, `twin_labels`,
`loop` and `export` need torch and Ultralytics, and nothing but the training entry imports them.
"""
