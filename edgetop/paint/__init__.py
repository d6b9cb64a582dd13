"""Charts and numbers as pure functions: data, width and height in, rows of text out."""
