"""`browser_interact`: what a person does with mouse and keyboard."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from tabyard_protocol.tools.browser_navigate import DialogSeen
from tabyard_protocol.tools.definition import (
    Action,
    Choosy,
    Targeted,
    TargetedStrictly,
    Tool,
    ToolArgs,
    ToolOutcome,
)

__all__ = [
    "BROWSER_INTERACT",
    "Clicked",
    "Dragged",
    "Filled",
    "FormField",
    "Hovered",
    "InteractClick",
    "InteractDrag",
    "InteractFillForm",
    "InteractHover",
    "InteractMove",
    "InteractPress",
    "InteractScroll",
    "InteractSelect",
    "InteractType",
    "InteractUpload",
    "Moved",
    "Pressed",
    "Scrolled",
    "Selected",
    "Typed",
    "Uploaded",
]

Modifier = Literal["ctrl", "alt", "shift", "meta"]


class Acted(ToolOutcome):
    """An action that may have opened a dialog."""

    dialog: DialogSeen | None = None


class Pointed(Targeted):
    """An element or a point in CSS pixels of the viewport."""

    NEEDS: ClassVar[tuple[str, ...]] = ("selector|ref|x,y",)

    x: float | None = None
    y: float | None = None


class InteractClick(Pointed):
    """Where and how to click."""

    button: Literal["left", "right", "middle"] | None = None
    click_count: Annotated[int, Field(ge=1, le=3)] | None = None
    modifiers: tuple[Modifier, ...] | None = None


class Clicked(Acted):
    """Clicked at this point."""

    clicked: bool
    selector: str | None = None
    x: float
    y: float


class InteractMove(Pointed):
    """Where to move the mouse."""


class Moved(Acted):
    """The mouse is there."""

    moved: bool
    x: float
    y: float


class InteractHover(Pointed):
    """What to hover over."""


class Hovered(Acted):
    """The mouse is over it."""

    hovered: bool
    selector: str | None = None
    x: float
    y: float


class InteractType(Targeted):
    """Text to type; into the focused element when no target is given."""

    text: str
    delay: Annotated[float, Field(ge=0, le=10_000)] | None = Field(
        None, description="ms per key; 0 = at once; default human pace"
    )
    clear: bool | None = None
    submit: bool | None = Field(None, description="Press Enter after")


class Typed(Acted):
    """Typed."""

    typed: bool
    text: str


class InteractPress(Targeted):
    """A key or a chord such as `Control+a`."""

    key: str = Field(min_length=1)
    ctrl: bool | None = None
    alt: bool | None = None
    shift: bool | None = None
    meta: bool | None = None
    modifiers: tuple[Modifier, ...] | None = None


class Pressed(Acted):
    """Pressed."""

    pressed: str


class InteractScroll(Targeted):
    """By how much, in CSS pixels; or the element to bring into view."""

    delta_x: float | None = None
    delta_y: float | None = None
    direction: Literal["up", "down", "left", "right"] | None = None
    amount: Annotated[float, Field(ge=0)] | None = None


class Scrolled(Acted):
    """Where the scroller stands now."""

    scrolled: bool
    x: float
    y: float


class InteractSelect(TargetedStrictly):
    """The option of a select element (or of an ARIA combobox)."""

    NEEDS: ClassVar[tuple[str, ...]] = ("selector|ref", "value|label|index")

    value: str | tuple[str, ...] | None = None
    label: str | tuple[str, ...] | None = None
    index: Annotated[int, Field(ge=0)] | None = None


class Selected(Acted):
    """Values of the options that are selected now."""

    selected: tuple[str, ...]


class InteractUpload(TargetedStrictly):
    """Files for a file input, a button that asks for files, or a place to drop them.

    Paths on the browser's machine, or artifact ids.
    """

    files: Annotated[tuple[str, ...], Field(min_length=1)]


class Uploaded(Acted):
    """Names of the files that the input holds."""

    uploaded: tuple[str, ...]


class InteractDrag(TargetedStrictly):
    """From an element to another."""

    to: str = Field(min_length=1, description="selector in the same frame, or ref")


class Dragged(Acted):
    """Dragged and dropped."""

    dragged: bool


class FormField(Choosy):
    """One field and what to put into it."""

    NEEDS: ClassVar[tuple[str, ...]] = ("selector|ref",)

    selector: str | None = Field(None, min_length=1)
    ref: str | None = Field(None, min_length=1)
    value: str | bool | int | float


class InteractFillForm(ToolArgs):
    """Several fields at once: text, checkboxes, radios, selects."""

    fields: Annotated[tuple[FormField, ...], Field(min_length=1, max_length=200)]
    frame: str | int | None = None


class Filled(Acted):
    """Selectors or refs that were filled, in order."""

    filled: tuple[str, ...]


BROWSER_INTERACT: Final = Tool.of(
    "browser_interact",
    "Act on the page: click, move, hover, type, press, scroll, select, upload, drag, fill_form",
    Action(
        name="click",
        summary="Click an element or a point",
        args=InteractClick,
        result=Clicked,
        example={"selector": 'role=button[name="Save"]'},
    ),
    Action(
        name="move",
        summary="Move the mouse",
        args=InteractMove,
        result=Moved,
        example={"x": 200, "y": 120},
    ),
    Action(
        name="hover",
        summary="Hover over an element",
        args=InteractHover,
        result=Hovered,
        example={"selector": "text=More"},
    ),
    Action(
        name="type",
        summary="Type text",
        args=InteractType,
        result=Typed,
        example={"selector": "#name", "text": "blue mug", "clear": True, "delay": 0},
    ),
    Action(
        name="press",
        summary="Press a key or chord",
        args=InteractPress,
        result=Pressed,
        example={"key": "Control+a", "selector": "#name"},
    ),
    Action(
        name="scroll",
        summary="Scroll the page or to an element",
        args=InteractScroll,
        result=Scrolled,
        example={"deltaY": 600},
    ),
    Action(
        name="select",
        summary="Choose an option",
        args=InteractSelect,
        result=Selected,
        example={"selector": "#size", "label": "Large"},
    ),
    Action(
        name="upload",
        summary="Give files to an input, a button or a drop zone",
        args=InteractUpload,
        result=Uploaded,
        example={"selector": "#photo", "files": ["/srv/photos/mug.png"]},
    ),
    Action(
        name="drag",
        summary="Drag an element onto another",
        args=InteractDrag,
        result=Dragged,
        example={"selector": "#card", "to": "#bin"},
    ),
    Action(
        name="fill_form",
        summary="Fill several fields",
        args=InteractFillForm,
        result=Filled,
        example={
            "fields": [
                {"selector": "#name", "value": "blue mug"},
                {"selector": "#terms", "value": True},
                {"selector": "#size", "value": "l"},
            ]
        },
    ),
)
