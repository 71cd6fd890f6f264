"""The commands of `appgen`, one module each, loaded when they are asked for."""
