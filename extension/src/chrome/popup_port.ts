/** The line between the popup and the worker. A worker that died ends it; opening it anew starts the worker. */

const NAME = "popup";
const AGAIN_MS = 300;

export interface Guest {
  post(message: unknown): void;
}

export interface Guests {
  arrived(guest: Guest): void;
  said(message: unknown): void;
  left(guest: Guest): void;
}

/** The worker's end. Only this extension's own pages get through: other origins can't open such a port. */
export function hostPopups(guests: Guests): void {
  chrome.runtime.onConnect.addListener((port) => {
    if (port.name !== NAME || port.sender?.id !== chrome.runtime.id) return;
    const guest: Guest = {
      post: (message) => {
        port.postMessage(message);
      },
    };
    port.onMessage.addListener((message: unknown) => {
      guests.said(message);
    });
    port.onDisconnect.addListener(() => {
      guests.left(guest);
    });
    guests.arrived(guest);
  });
}

/** The popup's end: reopened whenever the worker went away. Returns the way to speak. */
export function callWorker(heard: (message: unknown) => void): (message: unknown) => void {
  let port: chrome.runtime.Port;
  const open = (): void => {
    port = chrome.runtime.connect({ name: NAME });
    port.onMessage.addListener(heard);
    port.onDisconnect.addListener(() => setTimeout(open, AGAIN_MS));
  };
  open();
  return (message) => {
    port.postMessage(message);
  };
}
