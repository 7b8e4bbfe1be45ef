/** The popup: shows what the worker reports, says what the person wants. */
import { askToReach } from "../chrome/hosts.js";
import { callWorker } from "../chrome/popup_port.js";
import { browserClock } from "../link/browser_ports.js";
import { hubOrigin } from "../link/pairing.js";
import type { Report } from "../link/popup_messages.js";
import { Page } from "../popup/page.js";

const page = new Page({
  document,
  clock: browserClock,
  wish: (wish) => {
    speak(wish);
  },
  askToReach: (address) => {
    const origin = hubOrigin(address);
    // The worker goes on by itself as soon as the permission is there, even if this popup has closed by then.
    if (origin !== undefined) void askToReach(origin);
  },
});

// Only the worker of this very build can be at the other end.
const speak = callWorker((message) => {
  page.show(message as Report);
});

setInterval(() => {
  page.tick();
}, 1_000);
