"""The one place that sends: apprise turns a URL into a webhook, a chat message, an e-mail."""

import logging
import re
from typing import Literal
from urllib.parse import unquote, urlsplit

from apprise import Apprise, AppriseAsset
from tenacity import RetryError, Retrying, retry_if_result, stop_after_attempt, wait_exponential

Kind = Literal["info", "success", "warning", "failure"]
_SECONDS = 15.0  # for one attempt; the library's own limits of connecting and reading are shorter
_ATTEMPTS = 3  # in a row; whoever calls tries again later
_HIDDEN = "***"
_WORD = re.compile(r"[^/?&=:@#,]{4,}")

# They write whole URLs, with tokens in them, when asked for details: nobody can ask.
for _name in ("apprise", "urllib3.connectionpool"):
    logging.getLogger(_name).setLevel(logging.WARNING)
logging.getLogger("apprise").propagate = False


class UndeliveredError(Exception):
    """The message was not taken; says why, without the URL's secrets."""


def understood(url: str) -> bool:
    """Whether a message can be sent to a URL of this form."""
    return Apprise.instantiate(str(url), asset=_asset(), suppress_exceptions=True) is not None


def shown(url: str) -> str:
    """Return a URL for people: scheme and host, nothing that may be a secret."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    # Of a chat's URL the host is a token as well.
    known = "." in host or host.partition(":")[0] in {"localhost", ""}
    return f"{parts.scheme}://{host if known else _HIDDEN}"


def send(url: str, title: str, body: str, kind: Kind, *, wait_seconds: float = 0.5) -> None:
    """Send a message, a few attempts in a row; raises UndeliveredError."""
    reasons: list[str] = []
    attempts = Retrying(
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(wait_seconds),
        retry=retry_if_result(lambda taken: not taken),
    )
    try:
        attempts(_send, url, title, body, kind, reasons)
    except RetryError:
        raise UndeliveredError(redacted(reasons[-1], url)) from None


def _send(url: str, title: str, body: str, kind: Kind, reasons: list[str]) -> bool:
    channel = Apprise(asset=_asset())
    if not channel.add(str(url)):
        reasons.append("its form is not known")
        return False
    answer = channel.notify(body=body, title=title, notify_type=kind, body_format="text")
    told = [entry.message for entry in answer.logs()]
    reasons.append(" ".join(told) or f"the service answered {answer.status.name.lower()}")
    return bool(answer)


def redacted(text: str, url: str) -> str:
    """Return a text without anything that stands in the URL, but its scheme and host."""
    parts = urlsplit(url)
    rest = url.replace(f"{parts.scheme}://", "", 1)
    host = shown(url).partition("://")[2]
    words = {form for word in _WORD.findall(rest) for form in (word, unquote(word))} - {
        host.partition(":")[0]
    }
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, _HIDDEN)
    return text


def _asset() -> AppriseAsset:
    return AppriseAsset(
        app_id="appgen",
        app_desc="appgen",
        storage_mode="memory",
        service_timeout=_SECONDS,
        allow_templates=False,
    )
