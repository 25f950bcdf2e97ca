"""`analysis live`: a draft that follows every change of its files, and brings the open page up to date in the browser.

`session` waits for changes (`watch`), runs what depends on them (`agenda`) in a folder apart (`draft`), makes the pages that
are open first (`pages`), and tells the browser (`server`), whose frame around the pages is in `page/`.
"""
