"""Questions over many runs: how accurate a model is on labelled images."""
