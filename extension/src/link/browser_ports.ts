/** The browser's own clock and sockets behind the link's ports. */
import { timers } from "../timers.js";
import type { Clock, OpenSocket } from "./ports.js";

export const browserClock: Clock = {
  now: () => Date.now(),
  after: (ms, then) => timers.after(ms, then),
  // Timers are held back by 4 ms once they follow each other.
  soon: (then) => {
    void scheduler.postTask(then);
  },
};

export const openSocket: OpenSocket = (url, listener) => {
  const socket = new WebSocket(url);
  socket.onopen = () => {
    listener.opened();
  };
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === "string") listener.text(data);
  };
  // An error is always followed by a close, which says more.
  socket.onclose = ({ code, reason }) => {
    listener.closed(code, reason);
  };
  return {
    send: (data) => {
      socket.send(data);
    },
    close: (code, reason) => {
      socket.close(code, reason);
    },
  };
};
