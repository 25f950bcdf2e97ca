"""Sensitivity of a social return model to its assumptions: every analysis reads the same register ranges and one seed."""
