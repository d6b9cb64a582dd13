"""`top` for edge inference: what a model really does on this board, live."""

__version__ = "0.1.0"
