"""The audit: what each printed figure can be checked against, and what comes out."""
