"""Questions over many runs: sweep, best, compare, claims, accuracy, report."""
