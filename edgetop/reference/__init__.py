"""Published tables as data, loaded into the same shape as recorded sessions."""
