"""The limits of the language, checked before work is done.

Imports nothing. The numbers are part of the contract; README and the messages quote them from here.
"""

CHARACTERS = 200_000
INSTRUCTIONS = 120_000
NESTING = 100
NUMBER_CHARACTERS = 60
DECIMAL_EXPONENT = 5000
NAME_CHARACTERS = 32
