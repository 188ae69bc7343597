"""Recorded serial conversations, and a wire that replays them strictly."""
