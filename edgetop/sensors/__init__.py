"""What this board can measure: files of the kernel, vendor libraries, and the headline figures."""
