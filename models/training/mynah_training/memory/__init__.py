"""What a target's player does, measured from recorded notes: the memory in a target's model file.

`python -m mynah_training.memory` measures it for every target. No network is trained here;
`models/src/memory` reads what is written, `models/src/performer` plays it.
"""
