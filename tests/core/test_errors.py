"""What a person reads when the hub refuses or fails."""

import pytest

from tabyard.core import errors
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.resources.task import TaskStatus

SENTENCES: list[tuple[errors.HubError, str]] = [
    (errors.ArtifactNotFound(), "Artifact not found"),
    (
        errors.BadTicket(),
        "The ticket or proof for this instance is missing, used up or wrong; register again",
    ),
    (errors.BodyTooLarge(10), "Request body is over the limit of 10 bytes"),
    (errors.Forbidden(), "This API key does not allow that"),
    (errors.ForbiddenOrigin(), "Requests from this origin are refused"),
    (
        errors.IdempotencyConflict(),
        "This Idempotency-Key was used with a different request; use a new key",
    ),
    (errors.InstanceNotFound("inst_1"), "Instance not found: inst_1"),
    (errors.InternalError(), "Internal error; the hub's log has the details"),
    (errors.InvalidInput("url is wrong", {"url": "wrong"}), "url is wrong"),
    (errors.InvalidInstance("inst_1"), "Instance not connected: inst_1"),
    (
        errors.InvalidInstance("pc", [InstanceId("a"), InstanceId("b")]),
        "Several browsers are called 'pc': a, b",
    ),
    (errors.KeyNotFound(), "No API key with this id"),
    (errors.LaunchFailed("no display"), "The browser could not be launched: no display"),
    (errors.MethodNotAllowed(), "Method not allowed"),
    (errors.NoBrowser("Install one."), "No Chromium or Chrome was found. Install one."),
    (errors.NoCommands(), "No commands provided"),
    (errors.NoInstance(), "No connected browser instances"),
    (errors.NotFound(), "Not found"),
    (errors.QueueFull(100), "Queue full: max 100 tasks allowed"),
    (errors.RateLimited(2.5), "Too many requests"),
    (errors.ShuttingDown(), "The hub is shutting down"),
    (
        errors.StoreUnavailable("disk full"),
        "The store can't be written (disk full); nothing was accepted",
    ),
    (errors.TaskFinished("t", TaskStatus.FAILED), "Task already failed"),
    (errors.TaskNotFound("t"), "Task not found"),
    (errors.Unauthorized(), "A valid API key is required"),
    (
        errors.UnknownHost(),
        "This hub does not answer to that Host; TABYARD_ALLOWED_HOSTS can add the name",
    ),
    (errors.UnknownAction("no action x"), "no action x"),
    (errors.UnknownTool("no tool x"), "no tool x"),
    (errors.UnknownType("dance"), "Unknown message type: dance"),
    (errors.UnsupportedMediaType(), "Content-Type must be application/json"),
]


@pytest.mark.parametrize(("error", "sentence"), SENTENCES, ids=lambda one: type(one).__name__)
def test_every_error_reads_as_a_sentence(error: errors.HubError, sentence: str) -> None:
    assert str(error) == sentence


def test_no_error_is_left_out() -> None:
    assert {type(error).__name__ for error, _ in SENTENCES} >= set(errors.__all__) - {"HubError"}


def test_facts_travel_beside_the_sentence() -> None:
    assert errors.InvalidInput("x", {"a": "b"}).details == {"a": "b"}
    assert errors.InvalidInput("x").details is None
    assert errors.NotFound().details is None
    assert errors.InvalidInstance("x").details is None
    assert errors.InvalidInstance("x", [InstanceId("a")]).details == {"candidates": ["a"]}
    assert errors.RateLimited(2.5).retry_after_s == 2.5
