"""Where samples come from: a live run of a model on this board."""
