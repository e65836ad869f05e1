"""Recorded notes, measured: what the networks are trained on, and what a target's memory is made of.

Memories are made in Rust (`plugin/learn`, `mynah-lab memories`), which measures and chooses the same; goldens
hold the two together.
"""
