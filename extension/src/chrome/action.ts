/** The toolbar button: what people see without opening anything. */

export type Sign = "off" | "connected" | "working" | "waiting" | "trouble";

interface Look {
  readonly icon: "icon" | "icon-off";
  readonly badge: string;
  readonly colour: string;
}

const LOOKS: Readonly<Record<Sign, Look>> = {
  off: { icon: "icon-off", badge: "", colour: "#6b7280" },
  connected: { icon: "icon", badge: "", colour: "#0f9d76" },
  working: { icon: "icon", badge: "▶", colour: "#2563eb" },
  waiting: { icon: "icon-off", badge: "…", colour: "#b45309" },
  trouble: { icon: "icon-off", badge: "!", colour: "#b91c1c" },
};

const SIZES = [16, 32] as const;

let shown = "";

/** Shows `sign` on the button, with `title` as its tooltip. */
export async function showSign(sign: Sign, title: string): Promise<void> {
  const now = `${sign} ${title}`;
  if (now === shown) return;
  shown = now;
  const look = LOOKS[sign];
  const path = Object.fromEntries(SIZES.map((size) => [size, `/icons/${look.icon}-${size}.png`]));
  await Promise.all([
    chrome.action.setIcon({ path }),
    chrome.action.setBadgeText({ text: look.badge }),
    chrome.action.setBadgeBackgroundColor({ color: look.colour }),
    chrome.action.setBadgeTextColor({ color: "#ffffff" }),
    chrome.action.setTitle({ title }),
  ]);
}
