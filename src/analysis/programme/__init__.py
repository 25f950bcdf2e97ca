"""Programme performance: outputs, results and comparisons, from published totals."""
