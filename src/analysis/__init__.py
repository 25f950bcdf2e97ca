"""Rerun and audit the evaluation of programmes for new migrants from what was published about them."""
