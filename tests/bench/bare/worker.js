/* The least that an extension can do: passes commands of the debugger on, one at a time, and their answers back. */
importScripts("port.js"); // sets PORT

const awaited = new Map();
chrome.debugger.onEvent.addListener((_source, method) => {
  awaited.get(method)?.();
  awaited.delete(method);
});

async function begin() {
  const [tab] = await chrome.tabs.query({ active: true });
  const target = { tabId: tab.id };
  await chrome.debugger.attach(target, "1.3");
  await chrome.debugger.sendCommand(target, "Page.enable");
  const socket = new WebSocket(`ws://127.0.0.1:${PORT}`);
  socket.onmessage = async ({ data }) => {
    const { method, params, until } = JSON.parse(data);
    const came = until === undefined ? undefined : new Promise((resolve) => awaited.set(until, resolve));
    const result = await chrome.debugger.sendCommand(target, method, params);
    await came;
    socket.send(JSON.stringify(result ?? {}));
  };
}

void begin();
