"""Runs notebooks as DVC stages, collects their results and publishes their pages."""
