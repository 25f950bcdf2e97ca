"""What differs between two runs: every number before and after, and which input or assumption caused it.

Stages do not depend on this package: it reads what they wrote. `runs` and `revisions` find a run and its inputs,
`numbers` pairs results, `entries` compares inputs, `causes` joins the two, `page` and `table` show what came out.
"""
