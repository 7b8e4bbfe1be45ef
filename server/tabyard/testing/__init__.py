"""The second implementation of each seam: a scripted browser, virtual time, counted ids."""

from tabyard.testing.clock import VirtualClock
from tabyard.testing.ids import SequentialIds
from tabyard.testing.remote import RemoteSocket, join_remote, register, remote_instance
from tabyard.testing.scripted import Behaviour, Call, Handler, ScriptedInstance, ToolFault
from tabyard.testing.sockets import MemorySocket, socket_pair

__all__ = [
    "Behaviour",
    "Call",
    "Handler",
    "MemorySocket",
    "RemoteSocket",
    "ScriptedInstance",
    "SequentialIds",
    "ToolFault",
    "VirtualClock",
    "join_remote",
    "register",
    "remote_instance",
    "socket_pair",
]
