"""The machine as its screen sees and steers it: see `Fittings` and `show_screen`."""

from rvm_edge.display.fittings import Fittings
from rvm_edge.display.screen import show_screen
from rvm_edge.display.screen_plan import ScreenNews, ScreenPlan

__all__ = ["Fittings", "ScreenNews", "ScreenPlan", "show_screen"]
