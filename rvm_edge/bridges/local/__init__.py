"""The bridge to the screen in front of the machine: WebSocket, pages and figures, loopback only."""
