/** What a site may do without asking: here only to learn a made-up place. Lasts until it is cleared. */

export const locationLeave = {
  async allow(origin: string): Promise<void> {
    await chrome.contentSettings.location.set({ primaryPattern: `${origin}/*`, setting: "allow" });
  },
  async clear(): Promise<void> {
    await chrome.contentSettings.location.clear({});
  },
};
