"""What a researcher calls beside the pipeline: a new study, and a check of what a study holds."""
