"""Data, networks, training and export of Mynah's models.

`config`, `features`, `pitch`, `networks`, `prior` and `generator` are the executable
specification that the Rust crate `mynah-models` is tested against.
"""
