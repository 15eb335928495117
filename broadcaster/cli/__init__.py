"""The command line: one file for each noun, over the desk."""
