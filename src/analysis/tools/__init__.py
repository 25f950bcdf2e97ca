"""What a person does with the project beside running it: one module for each command."""
