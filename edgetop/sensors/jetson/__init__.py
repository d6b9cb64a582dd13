"""What only NVIDIA Jetson modules have: INA3221 rails, memory controller, fan, jtop."""
