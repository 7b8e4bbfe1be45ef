/** `browser_interact`: what a person does with mouse and keyboard. */
import type { Tool } from "../command.js";
import { click } from "./click.js";
import { drag } from "./drag.js";
import { fillForm } from "./fill_form.js";
import { hover } from "./hover.js";
import { move } from "./move.js";
import { press } from "./press.js";
import { scroll } from "./scroll.js";
import { select } from "./select.js";
import { type } from "./type.js";
import { upload } from "./upload.js";

export const browserInteract: Tool = { click, move, hover, type, press, scroll, select, upload, drag, fill_form: fillForm };
