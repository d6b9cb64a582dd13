"""The reports' figures and tables for any results, as one page or as Markdown."""
