// Times as people say them.

const SHAPE = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
const DAY = { ...SHAPE, day: "numeric", month: "short" };

/** A time of today, or one with its day. */
export function clock(ms) {
  const moment = new Date(ms);
  const today = moment.toDateString() === new Date().toDateString();
  return today ? moment.toLocaleTimeString([], SHAPE) : moment.toLocaleString([], DAY);
}

export function duration(ms) {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}
