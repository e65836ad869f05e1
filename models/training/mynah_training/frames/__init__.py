"""Networks on measured frames: what is to be said of a note is what was measured in a recording of one."""
