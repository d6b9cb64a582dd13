"""One module per family of networks.

Each has ``NETWORKS``: by architecture name, a function from the image to the last layer. It
imports nothing of edgetop but the layers, whose source and its own name the built file.
"""
