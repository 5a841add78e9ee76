"""The parts of an environment, one file for each subject."""
