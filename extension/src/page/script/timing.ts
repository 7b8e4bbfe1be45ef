/** When the document and its pictures came, in milliseconds since its start. */

export function timing(): Record<string, number | string | null> {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return { timeOrigin: performance.timeOrigin, ...(navigation === undefined ? {} : arrival(navigation)), ...paints(), ...resources() };
}

function arrival(navigation: PerformanceNavigationTiming): Record<string, number | string | null> {
  return {
    type: navigation.type,
    domainLookup: rounded(navigation.domainLookupEnd - navigation.domainLookupStart),
    connect: rounded(navigation.connectEnd - navigation.connectStart),
    requestStart: at(navigation.requestStart),
    responseStart: at(navigation.responseStart),
    responseEnd: at(navigation.responseEnd),
    domInteractive: at(navigation.domInteractive),
    domContentLoaded: at(navigation.domContentLoadedEventEnd),
    load: at(navigation.loadEventEnd),
    transferSizeBytes: navigation.transferSize,
  };
}

function paints(): Record<string, number | null> {
  const known = new Map(performance.getEntriesByType("paint").map(({ name, startTime }) => [name, startTime]));
  return { firstPaint: at(known.get("first-paint") ?? 0), firstContentfulPaint: at(known.get("first-contentful-paint") ?? 0) };
}

function resources(): Record<string, number> {
  const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  return { resources: entries.length, resourceBytes: entries.reduce((sum, { transferSize }) => sum + transferSize, 0) };
}

/** Null for what has not happened. */
function at(ms: number): number | null {
  return ms === 0 ? null : rounded(ms);
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
