"""Chromium with the extension in it: found, launched, watched, adopted, ended."""

from tabyard.browsers.errors import (
    BrowserDied,
    ExtensionMissing,
    NoBrowserFound,
    ProfileInUse,
    TooManyBrowsers,
)
from tabyard.browsers.extension import EXTENSION_ID, EXTENSION_ORIGIN
from tabyard.browsers.find import find_browser
from tabyard.browsers.launcher import Launcher
from tabyard.browsers.profiles import ChromeProfile
from tabyard.browsers.spec import (
    BrowserExit,
    LaunchedBrowser,
    LaunchSettings,
    LaunchSpec,
    Make,
    Recovery,
    Sandbox,
    Screen,
    Viewport,
)

__all__ = [
    "EXTENSION_ID",
    "EXTENSION_ORIGIN",
    "BrowserDied",
    "BrowserExit",
    "ChromeProfile",
    "ExtensionMissing",
    "LaunchSettings",
    "LaunchSpec",
    "LaunchedBrowser",
    "Launcher",
    "Make",
    "NoBrowserFound",
    "ProfileInUse",
    "Recovery",
    "Sandbox",
    "Screen",
    "TooManyBrowsers",
    "Viewport",
    "find_browser",
]
