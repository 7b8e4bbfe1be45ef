"""What the doctor asks the hub."""

from collections.abc import Iterator
from typing import Any

from tabyard import __version__
from tabyard.cli.doctor.findings import Finding, fine, note, trouble
from tabyard.cli.hub_client import NOT_A_HUB, HubClient, HubRefused, HubUnreachable

__all__ = ["HubReport", "ask_hub"]


class HubReport:
    """Whether a hub answers, and what is to be said about it."""

    def __init__(self, *, answers: bool, findings: list[Finding]) -> None:
        self.answers = answers
        self.findings = findings


def ask_hub(client: HubClient, *, named: bool) -> HubReport:
    """Ask for version, health and browsers. `named`: the user says that a hub is there."""
    try:
        facts = client.get("/info")
        return HubReport(answers=True, findings=list(_told(client, facts)))
    except HubUnreachable as error:
        if named:
            finding = trouble("hub", str(error), "tabyard serve, or correct the address")
        else:
            finding = note("hub", f"none runs at {client.address.url}", "tabyard serve")
        return HubReport(answers=False, findings=[finding])
    except HubRefused as error:
        finding = trouble("hub", f"{client.address.url}: {error}", error.remedy or "see its log")
        return HubReport(answers=error.code not in ("", NOT_A_HUB), findings=[finding])


def _told(client: HubClient, facts: dict[str, Any]) -> Iterator[Finding]:
    where = client.address.url
    if "linkPort" not in facts:
        yield trouble("hub", f"something else answers at {where}", "stop it, or set TABYARD_URL")
        return
    version = facts["version"]
    if version != __version__:
        yield note("hub", f"{version} runs at {where}, this is {__version__}", "restart it")
    else:
        yield fine("hub", f"{facts['name']} {version} at {where}")
    try:
        client.get("/health")
    except HubRefused as error:
        yield trouble("store", str(error), "free space on its disk; its log says more")
    connected = int(facts["instances"])
    if connected:
        yield fine("browsers", f"{connected} connected")
    else:
        yield note("browsers", "none is connected", "tabyard browser new")
