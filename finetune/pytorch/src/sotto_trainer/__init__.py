"""Trains a LoRA adapter of Sotto's model with PyTorch, from the data and with the recipe that Sotto prepared.

Sotto has a trainer of its own and needs none of this; this one uses graphics processors, and several processes.
"""

__version__ = "1.0.0"
