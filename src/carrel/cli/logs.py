"""Where log lines go, and how they look."""

import logging
import sys
from contextlib import suppress
from typing import Any

import structlog


class _Lines(structlog.PrintLogger):
    """Prints lines; one that cannot be written, as on a full disk, is lost, and what it was about goes on."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def _lines(*_names: Any) -> _Lines:
    return _Lines(sys.stderr)


def configure_logging(log_format: str, level: int = logging.INFO) -> None:
    """Our events from `level` on, and uvicorn's warnings, to stderr, as text or as JSON."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.typing.Processor
    if log_format == "json":
        shared.append(structlog.processors.format_exc_info)
        last = structlog.processors.JSONRenderer()
    else:
        plain = structlog.dev.plain_traceback  # a rich one shows local variables, and so secrets
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_lines,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=shared))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)  # in place of an earlier call's
    uvicorn = logging.getLogger("uvicorn.error")
    uvicorn.setLevel(logging.WARNING)
    uvicorn.addFilter(_is_not_of_a_client)


def _is_not_of_a_client(record: logging.LogRecord) -> bool:
    """What a client sends wrong is no error of the hub's: it would fill the log with the traces of its decoding."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, UnicodeDecodeError)
