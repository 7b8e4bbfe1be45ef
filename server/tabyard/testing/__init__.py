"""The second implementation of each seam: a scripted browser, virtual time, counted ids."""

from tabyard.testing.clock import VirtualClock
from tabyard.testing.ids import SequentialIds
from tabyard.testing.scripted import Behaviour, ScriptedInstance
from tabyard.testing.sockets import MemorySocket, socket_pair

__all__ = [
    "Behaviour",
    "MemorySocket",
    "ScriptedInstance",
    "SequentialIds",
    "VirtualClock",
    "socket_pair",
]
