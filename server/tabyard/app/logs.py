"""Log lines: events with fields, to stderr, pretty for people and JSON for programs."""

import logging
import sys
from collections.abc import Sequence
from typing import Final

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor
from typing_extensions import override

from tabyard.app.redaction import Redaction
from tabyard.settings import LogFormat, LogLevel

__all__ = ["configure_logs"]

QUIET: Final = ("uvicorn", "websockets", "asyncio")
"""Libraries that say at INFO what our own events say better."""


def _is_event(record: logging.LogRecord) -> bool:
    """Whether it says more than that an upgrade was refused.

    uvicorn complains after each refusal that has a body, as if the application had forgotten the
    handshake; any page could fill the log with that.
    """
    return record.msg != "ASGI callable returned without completing handshake."


class _StderrHandler(logging.Handler):
    """Writes to what stderr is at the moment: a live display puts itself in its place."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            # Nobody reads our log any more; the hub goes on.
            return


def configure_logs(level: LogLevel, format_: LogFormat, *, secrets: Sequence[str] = ()) -> None:
    """Send the events of structlog and of the standard library to stderr, in one shape.

    Whatever looks like a secret is left out, and so is each of `secrets`.
    """
    redaction = Redaction(secrets)
    pretty = format_ is LogFormat.PRETTY or (format_ is LogFormat.AUTO and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if pretty else "iso", utc=not pretty),
    ]
    last: list[Processor] = (
        [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                pad_event_to=28,
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
        if pretty
        # Local variables stay out of the log: they hold what people type.
        else [
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _StderrHandler()
    handler.addFilter(_is_event)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redaction.fields,
                *last,
                redaction.text,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
