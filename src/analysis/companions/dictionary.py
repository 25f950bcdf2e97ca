TITLE = "Data dictionary"
def data_dictionary(m): return ""
