/** `chrome.declarativeNetRequest`: rules that the browser applies to requests by itself, before they leave. */

export interface NetRule {
  /** RE2, over the address as the browser writes it. */
  readonly regex: string;
  readonly action: "block" | "allow";
  readonly priority: number;
  readonly of: "page" | "document";
}

export interface NetRulesPort {
  /** These and no others from now on, for the given tabs; undefined: for all. */
  set(rules: readonly NetRule[], tabIds: readonly number[] | undefined): Promise<void>;
}

type Rule = chrome.declarativeNetRequest.Rule;

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
        resourceTypes: of === "page" ? ["main_frame"] : ["main_frame", "sub_frame"],
        ...(tabIds === undefined ? {} : { tabIds: [...tabIds] }),
      },
    }));
    await chrome.declarativeNetRequest.updateSessionRules({ removeRuleIds: former.map(({ id }) => id), addRules });
  },
};
