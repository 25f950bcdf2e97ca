TITLE = "Methods"
def methods(m): return ""
