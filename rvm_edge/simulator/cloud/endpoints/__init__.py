"""The server's endpoints, one module for each, as the two published versions answer them."""
