"""The part of the DevTools protocol that is used: commands, what is wanted of answers, events.

Names and shapes are those of https://chromedevtools.github.io/devtools-protocol/tot/.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

_NOTHING = msgspec.Raw(b"{}")


class Params(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a command needs.

    Attributes:
        method: the command's name.
    """

    method: ClassVar[str]


class Command(msgspec.Struct, frozen=True, rename={"session": "sessionId"}, omit_defaults=True):
    """A command on the wire; `session` is that of a page, or "" for the browser."""

    id: int
    method: str
    params: Params
    session: str = ""


class Fault(msgspec.Struct, frozen=True):
    """Why a command was not carried out."""

    message: str = ""


class Reply(msgspec.Struct, frozen=True, rename={"session": "sessionId"}):
    """Anything that the browser sends: an answer has an id, an event has none."""

    id: int | None = None
    method: str = ""
    params: msgspec.Raw = _NOTHING
    result: msgspec.Raw = _NOTHING
    error: Fault | None = None
    session: str = ""


class Done(msgspec.Struct, frozen=True):
    """An answer of which nothing is wanted."""


class GetVersion(Params, frozen=True):
    """Ask what cannot be done wrong, and is answered by the thread that draws every window."""

    method = "Browser.getVersion"


class GetTargets(Params, frozen=True):
    """List what there is to attach to."""

    method = "Target.getTargets"


class TargetInfo(msgspec.Struct, frozen=True, rename="camel"):
    """A page, a worker, or something else of the browser's."""

    target_id: str
    type: str


class Targets(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to `GetTargets`."""

    target_infos: tuple[TargetInfo, ...] = ()


class DiscoverTargets(Params, frozen=True):
    """Have new targets told."""

    method = "Target.setDiscoverTargets"
    discover: bool = True


class CreateTarget(Params, frozen=True):
    """Open a page, behind the one that is shown."""

    method = "Target.createTarget"
    url: str = "about:blank"
    background: bool = True


class TargetId(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to `CreateTarget`."""

    target_id: str


class AttachToTarget(Params, frozen=True):
    """Open a session with a page."""

    method = "Target.attachToTarget"
    target_id: str
    flatten: bool = True


class SessionId(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to `AttachToTarget`."""

    session_id: str


class ActivateTarget(Params, frozen=True):
    """Bring a page to the front."""

    method = "Target.activateTarget"
    target_id: str


class CloseTarget(Params, frozen=True):
    """Close a page."""

    method = "Target.closeTarget"
    target_id: str


class Bounds(msgspec.Struct, frozen=True):
    """Where a window is, in pixels of the page's kind."""

    left: int = 0
    top: int = 0
    width: int = 0
    height: int = 0

    def covers(self, width: int, height: int) -> bool:
        """Say whether nothing of a screen of that size is left free."""
        right, bottom = self.left + self.width, self.top + self.height
        return self.left <= 0 and self.top <= 0 and right >= width and bottom >= height


class WindowState(msgspec.Struct, frozen=True, rename="camel"):
    """What a window is to be; it cannot be said together with `Bounds`."""

    window_state: Literal["normal", "fullscreen"]


class GetWindowForTarget(Params, frozen=True):
    """Ask which window a page is in."""

    method = "Browser.getWindowForTarget"
    target_id: str


class Window(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to `GetWindowForTarget`."""

    window_id: int
    bounds: Bounds


class SetWindowBounds(Params, frozen=True):
    """Move a window, or change its state."""

    method = "Browser.setWindowBounds"
    window_id: int
    bounds: Bounds | WindowState


class DenyDownloads(Params, frozen=True):
    """Let no page write files."""

    method = "Browser.setDownloadBehavior"
    behavior: Literal["deny"] = "deny"


class GetProcessInfo(Params, frozen=True):
    """List the browser's processes."""

    method = "SystemInfo.getProcessInfo"


class ProcessInfo(msgspec.Struct, frozen=True):
    """One process; its type is ``renderer``, ``GPU`` or another."""

    type: str
    id: int


class Processes(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to `GetProcessInfo`."""

    process_info: tuple[ProcessInfo, ...] = ()


class EnablePage(Params, frozen=True):
    """Have a page's dialogs and navigations told."""

    method = "Page.enable"


class EnableInspector(Params, frozen=True):
    """Have a page's crash told."""

    method = "Inspector.enable"


class RequestPattern(msgspec.Struct, frozen=True, rename="camel"):
    """Which requests to stop; documents, whether they are a page's own or a frame's."""

    url_pattern: str = "*"
    resource_type: str = "Document"


class EnableFetch(Params, frozen=True):
    """Have requests stopped until they are let on."""

    method = "Fetch.enable"
    patterns: tuple[RequestPattern, ...] = (RequestPattern(),)


class ContinueRequest(Params, frozen=True):
    """Let a request on, as it is."""

    method = "Fetch.continueRequest"
    request_id: str


class FailRequest(Params, frozen=True):
    """Refuse a request; the page stays where it is."""

    method = "Fetch.failRequest"
    request_id: str
    error_reason: Literal["Aborted"] = "Aborted"


class Navigate(Params, frozen=True):
    """Open an address in a page."""

    method = "Page.navigate"
    url: str


class Navigated(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to `Navigate`, once the first bytes are there; an error's text if none came."""

    frame_id: str = ""
    error_text: str = ""


class SetDocumentContent(Params, frozen=True):
    """Fill a page with HTML."""

    method = "Page.setDocumentContent"
    frame_id: str
    html: str


class HandleDialog(Params, frozen=True):
    """Press a dialog's button."""

    method = "Page.handleJavaScriptDialog"
    accept: bool = True


class Evaluate(Params, frozen=True):
    """Have a page work out a JavaScript expression, or its promise."""

    method = "Runtime.evaluate"
    expression: str
    await_promise: bool = True
    return_by_value: bool = True


class PausedRequest(msgspec.Struct, frozen=True):
    """The request of `RequestPaused`."""

    url: str


class RequestPaused(msgspec.Struct, frozen=True, rename="camel"):
    """The event `Fetch.requestPaused`; a page's main frame has the page's own id."""

    request_id: str
    frame_id: str
    request: PausedRequest


class DialogOpening(msgspec.Struct, frozen=True):
    """The event `Page.javascriptDialogOpening`."""

    type: str


class TargetCreated(msgspec.Struct, frozen=True, rename="camel"):
    """The event `Target.targetCreated`."""

    target_info: TargetInfo


class Frame(msgspec.Struct, frozen=True, rename="camel"):
    """The frame of `FrameNavigated`; with the address that failed where it shows an error."""

    id: str
    url: str
    unreachable_url: str = ""


class FrameNavigated(msgspec.Struct, frozen=True):
    """The event `Page.frameNavigated`."""

    frame: Frame
