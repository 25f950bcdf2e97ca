"""What each notebook shows: domain results as tables, figures and prose of its appendix."""
