"""Learning what the answerer weighs from question sets with their evidence; see ``__main__``."""
