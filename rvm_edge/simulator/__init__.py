"""A whole reverse vending machine without hardware, which misbehaves on request.

`world.py` is the physical truth; the ledger's account is judged against it.
"""
