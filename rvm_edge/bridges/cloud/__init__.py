"""How the machine and a MyRVM server speak with each other."""
