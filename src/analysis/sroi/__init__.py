"""Social Return on Investment: what the published figures determine of each model."""
