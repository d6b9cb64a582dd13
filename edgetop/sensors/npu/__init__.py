"""Neural accelerators: Rockchip, Intel, Hailo, Coral."""
