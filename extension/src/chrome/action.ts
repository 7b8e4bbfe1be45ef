/** The toolbar button: what people see without opening anything. */

export type Sign = "off" | "connected" | "paused" | "working" | "waiting" | "trouble";

interface Look {
  readonly icon: "icon" | "icon-off";
  readonly badge: string;
  readonly colour: string;
}

const LOOKS: Readonly<Record<Sign, Look>> = {
  off: { icon: "icon-off", badge: "", colour: "#6b7280" },
  connected: { icon: "icon", badge: "", colour: "#0f9d76" },
  paused: { icon: "icon-off", badge: "❚❚", colour: "#b45309" },
  working: { icon: "icon", badge: "▶", colour: "#2563eb" },
  waiting: { icon: "icon-off", badge: "…", colour: "#b45309" },
  trouble: { icon: "icon-off", badge: "!", colour: "#b91c1c" },
};

const SIZES = [16, 32] as const;

/** What this worker has put on the button; another one may have put something else there before. */
let shown: Partial<Look & { readonly title: string }> = {};

/** A mark is for the eye: it waits until the load is over that it would hold up. */
const MARK_AFTER_MS = 250;

const marking = new Map<number, ReturnType<typeof setTimeout>>();

/** The mark of a driven tab: on the button, while that tab is in front. The page and its pictures stay as they are. */
export function markTab(tabId: number, driven: boolean): void {
  const waits = marking.get(tabId);
  if (driven && waits !== undefined) return;
  clearTimeout(waits);
  marking.delete(tabId);
  if (!driven) label(tabId, false);
  else {
    marking.set(tabId, setTimeout(() => {
      marking.delete(tabId);
      label(tabId, true);
    }, MARK_AFTER_MS));
  }
}

function label(tabId: number, driven: boolean): void {
  const { badge, colour } = LOOKS.working;
  // A tab that is closing needs no mark.
  const unheard = (): undefined => undefined;
  // null is what takes a tab's own text back; the types don't know it.
  const text = (driven ? badge : null) as string;
  chrome.action.setBadgeText({ tabId, text }).catch(unheard);
  if (driven) chrome.action.setBadgeBackgroundColor({ tabId, color: colour }).catch(unheard);
}

/** Shows `sign` on the button, with `title` as its tooltip. */
export async function showSign(sign: Sign, title: string): Promise<void> {
  const { icon, badge, colour } = LOOKS[sign];
  const was = shown;
  shown = { icon, badge, colour, title };
  // A queue of short tasks changes the sign several times a second, and to read an icon costs most.
  await Promise.all([
    was.icon === icon || chrome.action.setIcon({ path: pathsOf(icon) }),
    was.badge === badge || chrome.action.setBadgeText({ text: badge }),
    was.colour === colour || chrome.action.setBadgeBackgroundColor({ color: colour }),
    was.title === title || chrome.action.setTitle({ title }),
    was.title !== undefined || chrome.action.setBadgeTextColor({ color: "#ffffff" }),
  ]);
}

function pathsOf(icon: Look["icon"]): Record<number, string> {
  return Object.fromEntries(SIZES.map((size) => [size, `/icons/${icon}-${String(size)}.png`]));
}
