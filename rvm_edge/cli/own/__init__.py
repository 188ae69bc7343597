"""What makes up the machine that runs on this computer, for the commands that run or look at it."""
