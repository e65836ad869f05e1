"""The translator on measured frames: what it is to say of a note is what was measured in a recording of one."""
