/** `chrome.declarativeNetRequest`: rules that the browser applies to requests by itself, before they leave. */

export interface NetRule {
  /** RE2, over the address as the browser writes it. */
  readonly regex: string;
  readonly action: "block" | "allow";
  readonly priority: number;
  readonly of: "page" | "document" | "anything";
}

export interface NetRulesPort {
  /** These and no others from now on, for the given tabs; undefined: for all. */
  set(rules: readonly NetRule[], tabIds: readonly number[] | undefined): Promise<void>;
}

type Rule = chrome.declarativeNetRequest.Rule;

const DOCUMENTS: NonNullable<Rule["condition"]["resourceTypes"]> = ["main_frame", "sub_frame"];

const TYPES: Readonly<Record<NetRule["of"], NonNullable<Rule["condition"]["resourceTypes"]>>> = {
  page: ["main_frame"],
  document: DOCUMENTS,
  // Without any types, the browser leaves documents of tabs out.
  anything: [
    ...DOCUMENTS, "stylesheet", "script", "image", "font", "object", "xmlhttprequest", "ping", "csp_report", "media",
    "websocket", "webtransport", "webbundle", "other",
  ],
};

/** Session rules outlive the worker, not the browser. */
export const netRules: NetRulesPort = {
  async set(rules, tabIds) {
    const former = await chrome.declarativeNetRequest.getSessionRules();
    const addRules = rules.map(({ regex, action, priority, of }, index): Rule => ({
      id: index + 1,
      priority,
      action: { type: action },
      condition: {
        regexFilter: regex,
        isUrlFilterCaseSensitive: true,
        resourceTypes: TYPES[of],
        ...(tabIds === undefined ? {} : { tabIds: [...tabIds] }),
      },
    }));
    await chrome.declarativeNetRequest.updateSessionRules({ removeRuleIds: former.map(({ id }) => id), addRules });
  },
};
