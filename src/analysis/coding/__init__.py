"""Thematic content analysis of focus groups: codebooks, coded segments, tallies, saturation, agreement, and the matrix.

The modules are used by name: `codebook`, `formats` (opens files), `segments`, `tallies`, `saturation`, `agreement`,
`versions`, `published` (what the sources report), `matrix`, `steps`, `example`, `files` (where a study keeps them).
"""
