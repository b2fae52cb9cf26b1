"""Benchmarks: what a part costs or gains, as a ratio to a baseline measured in the same run.

Nothing here asserts: a figure depends on the machine, a ratio much less so.
"""
