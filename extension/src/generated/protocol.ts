// Generated from protocol/tabyard_protocol by `make wire`. Do not edit.

/** A JSON object whose shape belongs to its sender. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The wire revision that this file describes. */
export const PROTOCOL = 1;

/** What an API of the hub answers when it can't do what was asked. */
export const ErrorCode = {
  /** Caller: a field is missing or malformed; `details` maps its path to what is wrong. */
  INVALID_INPUT: "INVALID_INPUT",
  /** Caller: a task needs at least one command. */
  NO_COMMANDS: "NO_COMMANDS",
  /** Caller: the named instance is not known, not connected, or not unambiguous. */
  INVALID_INSTANCE: "INVALID_INSTANCE",
  /** Retry: no browser is connected; connect or launch one. */
  NO_INSTANCE: "NO_INSTANCE",
  /** Retry: the instance's queue has reached its limit. */
  QUEUE_FULL: "QUEUE_FULL",
  /** Caller: no such task, or it was removed after its time to live. */
  TASK_NOT_FOUND: "TASK_NOT_FOUND",
  /** Caller: the task has already ended, so it can't be cancelled. */
  TASK_FINISHED: "TASK_FINISHED",
  /** Caller: no such instance. */
  INSTANCE_NOT_FOUND: "INSTANCE_NOT_FOUND",
  /** Caller: no such artifact, or it was removed with its task. */
  ARTIFACT_NOT_FOUND: "ARTIFACT_NOT_FOUND",
  /** Caller: no API key with this visible beginning. */
  KEY_NOT_FOUND: "KEY_NOT_FOUND",
  /** Caller: this `Idempotency-Key` was used with another body. */
  IDEMPOTENCY_CONFLICT: "IDEMPOTENCY_CONFLICT",
  /** Caller: no tool of that name; the message lists the valid ones. */
  UNKNOWN_TOOL: "UNKNOWN_TOOL",
  /** Caller: the tool has no action of that name; the message lists the valid ones. */
  UNKNOWN_ACTION: "UNKNOWN_ACTION",
  /** Caller: a WebSocket frame whose `type` nobody knows. */
  UNKNOWN_TYPE: "UNKNOWN_TYPE",
  /** Caller: the ticket or proof for this instance is missing, used or wrong; register again. */
  BAD_TICKET: "BAD_TICKET",
  /** Caller: no such path. */
  NOT_FOUND: "NOT_FOUND",
  /** Caller: the path exists, but not with this method; `Allow` names the valid ones. */
  METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
  /** Caller: bodies are `application/json`. */
  UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
  /** Caller: the body is over the limit. */
  BODY_TOO_LARGE: "BODY_TOO_LARGE",
  /** Caller: the `Host` header is not one of the hub's names. */
  UNKNOWN_HOST: "UNKNOWN_HOST",
  /** Caller: requests from this web origin are refused. */
  FORBIDDEN_ORIGIN: "FORBIDDEN_ORIGIN",
  /** Caller: a valid API key is needed. */
  UNAUTHORIZED: "UNAUTHORIZED",
  /** Caller: the key is valid, but not for this. */
  FORBIDDEN: "FORBIDDEN",
  /** Retry: too many requests; `Retry-After` says when. */
  RATE_LIMITED: "RATE_LIMITED",
  /** Operator: the database can't be written; nothing was accepted. */
  STORE_UNAVAILABLE: "STORE_UNAVAILABLE",
  /** Retry: the hub is going down and accepts no more work. */
  SHUTTING_DOWN: "SHUTTING_DOWN",
  /** Operator: no Chromium was found to launch. */
  NO_BROWSER: "NO_BROWSER",
  /** Operator: a browser was started, but did not connect. */
  LAUNCH_FAILED: "LAUNCH_FAILED",
  /** Operator: a defect; the hub's log has the details. */
  INTERNAL_ERROR: "INTERNAL_ERROR",
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Why a tool call failed. The list is closed; `SPEC` order. */
export const ToolErrorCode = {
  /** Caller: the arguments do not fit the tool's schema. */
  INVALID_ARGUMENTS: "INVALID_ARGUMENTS",
  /** Caller: no such tool. */
  UNKNOWN_TOOL: "UNKNOWN_TOOL",
  /** Caller: the tool has no such action. */
  UNKNOWN_ACTION: "UNKNOWN_ACTION",
  /** Caller: nothing matched before the deadline; the message names the nearest candidates. */
  ELEMENT_NOT_FOUND: "ELEMENT_NOT_FOUND",
  /** Caller: it matched, but stayed invisible or kept moving until the deadline. */
  ELEMENT_NOT_VISIBLE: "ELEMENT_NOT_VISIBLE",
  /** Caller: something else would get the click; the message names it. */
  ELEMENT_OBSCURED: "ELEMENT_OBSCURED",
  /** Caller: the element stayed disabled or read-only until the deadline. */
  ELEMENT_DISABLED: "ELEMENT_DISABLED",
  /** Caller: the ref belongs to an element or a document that is gone; take a new snapshot. */
  STALE_REF: "STALE_REF",
  /** Retry: the page could not be loaded; the message has the network error. */
  NAVIGATION_FAILED: "NAVIGATION_FAILED",
  /** Caller: there is nothing to go back or forward to. */
  NO_HISTORY: "NO_HISTORY",
  /** Caller: what `wait` waited for did not happen. */
  WAIT_TIMEOUT: "WAIT_TIMEOUT",
  /** Retry: the command's deadline passed. */
  COMMAND_TIMEOUT: "COMMAND_TIMEOUT",
  /** Caller: the script threw; the message is the exception's. */
  SCRIPT_ERROR: "SCRIPT_ERROR",
  /** Caller: the script's value can't be sent as JSON. */
  NOT_SERIALIZABLE: "NOT_SERIALIZABLE",
  /** Caller: a dialog is open in the tab; handle it with `browser_debug dialog`. */
  DIALOG_OPEN: "DIALOG_OPEN",
  /** Caller: no dialog is open. */
  NO_DIALOG: "NO_DIALOG",
  /** Caller: the tab was closed or never existed. */
  TAB_GONE: "TAB_GONE",
  /** Caller: this address is not opened or driven; the message says by which rule. */
  FORBIDDEN_URL: "FORBIDDEN_URL",
  /** Retry: the download did not end in time. */
  DOWNLOAD_TIMEOUT: "DOWNLOAD_TIMEOUT",
  /** Retry: the download was interrupted. */
  DOWNLOAD_FAILED: "DOWNLOAD_FAILED",
  /** Caller: the file to upload does not exist. */
  FILE_NOT_FOUND: "FILE_NOT_FOUND",
  /** Retry: debugging of the tab was ended in the browser. */
  DEBUGGER_DETACHED: "DEBUGGER_DETACHED",
  /** Caller: this browser can't do that. */
  NOT_SUPPORTED: "NOT_SUPPORTED",
  /** Nobody: the task was cancelled, or the person at the browser stopped it or paused all. */
  CANCELLED: "CANCELLED",
  /** Retry: the browser went away before it answered. `details.mayHaveBegun` names the commands with effects behind it that can have begun as well, if there are any. */
  INSTANCE_DISCONNECTED: "INSTANCE_DISCONNECTED",
  /** Operator: a defect in the extension or the hub. */
  INTERNAL: "INTERNAL",
} as const;
export type ToolErrorCode = (typeof ToolErrorCode)[keyof typeof ToolErrorCode];

/** Why the hub closes a WebSocket. 4000-4499: come back; 4500-4999: do not. */
export const CloseCode = {
  /** The conversation is over. */
  NORMAL: 1000,
  /** The hub is shutting down: come back. */
  GOING_AWAY: 1001,
  /** Malformed frames, again and again. */
  BAD_FRAMES: 1007,
  /** A frame over the size limit. */
  TOO_LARGE: 1009,
  /** Register first, then come back. */
  UNKNOWN_INSTANCE: 4001,
  /** A newer link of the same browser took over. */
  REPLACED: 4002,
  /** The first frame did not come in time. */
  HELLO_TIMEOUT: 4003,
  /** The hub has moved on: come back and say hello again. */
  STALE_EPOCH: 4004,
  /** No pong for too long. */
  LINK_SILENT: 4005,
  /** The reader's buffer is full: come back and resume. */
  SLOW_CONSUMER: 4008,
  /** A flood: come back later. */
  TOO_MANY_REQUESTS: 4029,
  /** No valid key, ticket or proof. */
  UNAUTHORIZED: 4501,
  /** The peer speaks a revision that this hub does not know. */
  INCOMPATIBLE: 4502,
  /** This browser's pairing was revoked. */
  REVOKED: 4503,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** The hub's answer to a hello: from now on calls of `epoch` come. */
export interface Welcome {
  readonly type: "welcome";
  readonly instanceId: string;
  readonly serverVersion: string;
  readonly protocol: number;
  readonly epoch: number;
  /** Call ids of the hello's outbox that are stored now: forget them. */
  readonly acks: readonly string[];
  /** Good for one reconnect of an instance that has no credential. */
  readonly ticket?: string;
  readonly hubName?: string;
  /** Whether tasks may open addresses of private networks; absent: they may. */
  readonly privateAddresses?: "allow" | "deny";
}

/** Do this now, or `after` another; answer with `tool_result` or `tool_error` of the same id. */
export interface ToolCall {
  readonly type: "tool_call";
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
  readonly epoch: number;
  /** Time from arrival until the hub stops waiting. */
  readonly deadlineMs: number;
  readonly taskId?: string;
  readonly commandId?: string;
  readonly taskName?: string;
  readonly session?: string;
  readonly dialogs?: "accept" | "dismiss" | "ask";
  /** Begin only when that call has succeeded, and count the deadline from then. If it fails, or is unknown, or this one is cancelled before, answer with `tool_error` of code CANCELLED and details `{"begun": false}`. A call that waits when the link ends is forgotten. Only for those that said `ahead`, and with it `protocol` and `memory`. */
  readonly after?: string;
}

/** Stop that call, or do not begin it; answer it with `tool_error` of code CANCELLED. */
export interface ToolCancel {
  readonly type: "tool_cancel";
  readonly id: string;
  readonly reason: string;
}

/** These answers are stored: forget them. */
export interface ToolAck {
  readonly type: "tool_ack";
  readonly ids: readonly string[];
}

/** The task is over: its tab may be released. */
export interface TaskEnded {
  readonly type: "task_ended";
  readonly taskId: string;
  readonly status: string;
}

/** How live pictures are wanted. */
export interface Screencast {
  readonly fps: number;
  readonly quality: number;
  readonly maxWidth: number;
}

/** What the hub wants to be told beside answers. */
export interface Subscribe {
  readonly type: "subscribe";
  readonly screencast?: Screencast;
  readonly console: boolean;
  readonly network: boolean;
  readonly off: boolean;
}

/** Are you there? Either side may ask. */
export interface LinkPing {
  readonly type: "ping";
}

/** The answer to a ping. */
export interface LinkPong {
  readonly type: "pong";
}

/** What the hub sends on the link. */
export type HubFrame =
  | Welcome
  | ToolCall
  | ToolCancel
  | ToolAck
  | TaskEnded
  | Subscribe
  | LinkPing
  | LinkPong;

/** A call that the browser is executing while it says hello. */
export interface RunningCall {
  readonly id: string;
  readonly taskId?: string;
  readonly commandId?: string;
}

/** Why a call failed; `code` is one of `ToolErrorCode`. */
export interface ToolFault {
  readonly code: string;
  readonly message: string;
  readonly details?: JsonObject;
}

/** A call that the browser has finished and whose answer nobody has acknowledged. */
export interface Answered {
  readonly id: string;
  readonly taskId?: string;
  readonly commandId?: string;
  /** As in `tool_result`. */
  readonly result?: unknown;
  readonly error?: ToolFault;
}

/** The browser's first frame. */
export interface Hello {
  readonly type: "hello";
  readonly instanceId: string;
  /** The wire revision; absent: the oldest. */
  readonly protocol?: number;
  readonly browser?: string;
  readonly label?: string;
  /** Tool names that this instance offers beyond the catalogue. */
  readonly tools?: readonly string[];
  readonly running?: RunningCall;
  readonly outbox?: readonly Answered[];
  /** Names the lifetime of the browser's memory; the same value: it forgot nothing since. */
  readonly memory?: string;
  /** The person at the browser has paused all tasks. */
  readonly paused?: boolean;
  /** It takes a call that is to come `after` another before that one has ended. */
  readonly ahead?: boolean;
  readonly ticket?: string;
  /** HMAC-SHA256(credential, "browser|instanceId|hubNonce|clientNonce") in hex. */
  readonly proof?: string;
}

/** A call has ended well. */
export interface ToolResult {
  readonly type: "tool_result";
  readonly id: string;
  /** MCP content `{content, structuredContent}`; the hub wraps a simple peer's bare JSON value. */
  readonly result?: unknown;
}

/** A call has failed. */
export interface ToolError {
  readonly type: "tool_error";
  readonly id: string;
  readonly error: ToolFault;
}

/** A call is still at work; a note for people. */
export interface ToolProgress {
  readonly type: "tool_progress";
  readonly id: string;
  readonly note: string;
}

/** Something happened in the browser that nobody asked for. */
export interface BrowserEvent {
  readonly type: "event";
  /** `stopped`: the person at it paused all tasks, or with `paused: false` lets them go on. */
  readonly kind: "tab" | "dialog" | "download" | "console" | "detached" | "stopped";
  readonly data: JsonObject;
}

/** What a browser sends on the link. */
export type BrowserFrame =
  | Hello
  | ToolResult
  | ToolError
  | ToolProgress
  | BrowserEvent
  | LinkPing
  | LinkPong;

/** Names a browser by what people call it, never by its id. */
export interface InstanceLabel {
  readonly label: string;
}

/** One command of a new task. */
export interface CommandDraft {
  readonly tool_name: string;
  readonly intention: string;
  readonly args: JsonObject;
}

/** Submit a task and subscribe to it. */
export interface TaskSubmit {
  readonly task_name: string;
  readonly task_intention: string;
  readonly instanceId?: string | InstanceLabel;
  readonly commands: readonly CommandDraft[];
  readonly metadata?: JsonObject;
  /** What to do with dialogs while the task runs; `ask` (default) fails the next action. */
  readonly dialogs?: "accept" | "dismiss" | "ask";
  /** Tasks of one session share their tab; tasks that name none share one among themselves. */
  readonly session?: string;
  readonly type: "task_submit";
  readonly requestId?: string | number;
  readonly idempotencyKey?: string;
}

/** Tasks, newest first. */
export interface TaskListRequest {
  readonly requestId?: string | number;
  readonly type: "task_list";
  readonly instanceId?: string;
  readonly status?: string;
  readonly limit?: number;
  readonly offset?: number;
}

/** One task, whole. */
export interface TaskStatusRequest {
  readonly requestId?: string | number;
  readonly type: "task_status";
  readonly taskId: string;
}

/** Cancel a task. */
export interface TaskCancelRequest {
  readonly requestId?: string | number;
  readonly type: "task_cancel";
  readonly taskId: string;
}

/** Events of one task: after `after` (of stream `epoch`), else from now. */
export interface SubscribeTask {
  readonly requestId?: string | number;
  readonly type: "subscribe_task";
  readonly taskId: string;
  readonly after?: number;
  readonly epoch?: string;
}

/** Events of all tasks of one instance, or of all instances with `*`. */
export interface SubscribeInstance {
  readonly requestId?: string | number;
  readonly type: "subscribe_instance";
  readonly instanceId: string;
  readonly after?: number;
  readonly epoch?: string;
}

/** No more events of that task or instance. */
export interface Unsubscribe {
  readonly requestId?: string | number;
  readonly type: "unsubscribe";
  readonly taskId?: string;
  readonly instanceId?: string;
}

/** Present an API key. */
export interface AuthRequest {
  readonly requestId?: string | number;
  readonly type: "auth";
  readonly token: string;
}

/** Are you there? */
export interface ClientPing {
  readonly requestId?: string | number;
  readonly type: "ping";
}

/** What a program sends on the client WebSocket. */
export type ClientRequest =
  | TaskSubmit
  | TaskListRequest
  | TaskStatusRequest
  | TaskCancelRequest
  | SubscribeTask
  | SubscribeInstance
  | Unsubscribe
  | AuthRequest
  | ClientPing;

/** The hub's first frame. */
export interface ClientWelcome {
  readonly type: "welcome";
  readonly sessionId: string;
  readonly message: string;
  readonly serverVersion: string;
  readonly protocol: number;
}

/** Whether the task was stored. */
export interface TaskSubmitResponse {
  readonly requestId?: string | number;
  readonly type: "task_submit_response";
  readonly success: boolean;
  readonly taskId?: string;
  readonly queuePosition?: number;
  readonly instanceId?: string;
  readonly error?: string;
  readonly code?: string;
  readonly details?: JsonObject;
}

/** Where a task stands; the last three are final. */
export const TaskStatus = {
  QUEUED: "queued",
  RUNNING: "running",
  COMPLETED: "completed",
  FAILED: "failed",
  CANCELLED: "cancelled",
} as const;
export type TaskStatus = (typeof TaskStatus)[keyof typeof TaskStatus];

/** Why a task failed, and at which command. */
export interface TaskError {
  readonly code: string;
  readonly message: string;
  readonly commandId?: string;
}

/** One row of a task list. Times are milliseconds since 1970. */
export interface TaskSummary {
  readonly id: string;
  readonly instanceId: string;
  readonly name: string;
  readonly intention: string;
  readonly status: TaskStatus;
  readonly commandCount: number;
  /** The same number as `command_count`, under the name that the events use. */
  readonly totalCommands: number;
  /** Index of the last started command; 0 before the first. */
  readonly currentCommandIndex: number;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly completedAt?: number;
  readonly error?: TaskError;
}

/** The tasks that match. */
export interface TaskListResponse {
  readonly requestId?: string | number;
  readonly type: "task_list_response";
  readonly tasks: readonly TaskSummary[];
  readonly total: number;
}

/** Where a command of a task stands; the last three are final. */
export const CommandStatus = {
  PENDING: "pending",
  RUNNING: "running",
  SUCCESS: "success",
  ERROR: "error",
  SKIPPED: "skipped",
} as const;
export type CommandStatus = (typeof CommandStatus)[keyof typeof CommandStatus];

/** Why a command failed; `code` is one of the tools' codes. */
export interface CommandError {
  readonly code: string;
  readonly message: string;
  readonly details?: JsonObject;
}

/** One command of a stored task. Times are milliseconds since 1970. */
export interface CommandView {
  readonly id: string;
  readonly tool_name: string;
  readonly intention: string;
  readonly args: JsonObject;
  readonly status: CommandStatus;
  readonly startedAt?: number;
  readonly completedAt?: number;
  readonly result?: JsonObject;
  readonly error?: CommandError;
}

/** A whole task. Times are milliseconds since 1970. */
export interface TaskView {
  readonly id: string;
  readonly instanceId: string;
  readonly name: string;
  readonly intention: string;
  readonly status: TaskStatus;
  readonly currentCommandIndex: number;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly completedAt?: number;
  readonly metadata?: JsonObject;
  readonly error?: TaskError;
  readonly commands: readonly CommandView[];
}

/** The task; null (sent, not left out) when nobody knows it. */
export interface TaskStatusResponse {
  readonly requestId?: string | number;
  readonly type: "task_status_response";
  readonly task: TaskView | null;
}

/** Whether the task was cancelled, and if not, why. */
export interface TaskCancelResponse {
  readonly requestId?: string | number;
  readonly type: "task_cancel_response";
  readonly success: boolean;
  readonly taskId: string;
  readonly reason?: string;
}

/** The subscription stands; events after `offset` follow. All browsers together (`*`) have no count of their own: `offset` is 0 for them. */
export interface SubscribeAck {
  readonly requestId?: string | number;
  readonly type: "subscribe_ack";
  readonly taskId?: string;
  readonly instanceId?: string;
  readonly offset: number;
  readonly epoch: string;
  /** Of the task: a final one means that its `task_complete` has been. */
  readonly status?: string;
}

/** The subscription is over. */
export interface UnsubscribeAck {
  readonly requestId?: string | number;
  readonly type: "unsubscribe_ack";
  readonly taskId?: string;
  readonly instanceId?: string;
}

/** The key was accepted. */
export interface AuthAck {
  readonly requestId?: string | number;
  readonly type: "auth_ack";
  readonly success: boolean;
}

/** I am here. */
export interface ClientPong {
  readonly requestId?: string | number;
  readonly type: "pong";
}

/** A request could not be served; the connection stays. */
export interface ClientError {
  readonly requestId?: string | number;
  readonly type: "error";
  readonly error: string;
  readonly code: string;
  readonly details?: JsonObject;
}

/** How the hub answers on the client WebSocket. */
export type ClientAnswer =
  | ClientWelcome
  | TaskSubmitResponse
  | TaskListResponse
  | TaskStatusResponse
  | TaskCancelResponse
  | SubscribeAck
  | UnsubscribeAck
  | AuthAck
  | ClientPong
  | ClientError;

/** A task was accepted and stored. */
export interface TaskQueued {
  readonly instanceId: string;
  readonly timestamp: number;
  /** Grows by one per event of the task (without a task: of the instance), so a gap is visible. */
  readonly offset: number;
  /** Grows by one per event of the instance. */
  readonly instanceOffset: number;
  readonly type: "task_queued";
  readonly taskId: string;
  readonly task_name: string;
  readonly queuePosition: number;
  readonly totalCommands: number;
}

/** A task became the running one of its instance. */
export interface TaskStarted {
  readonly instanceId: string;
  readonly timestamp: number;
  /** Grows by one per event of the task (without a task: of the instance), so a gap is visible. */
  readonly offset: number;
  /** Grows by one per event of the instance. */
  readonly instanceOffset: number;
  readonly type: "task_started";
  readonly taskId: string;
  readonly totalCommands: number;
}

/** A command started (`running`), or ended (`success`, `error`, `skipped`). */
export interface TaskProgress {
  readonly instanceId: string;
  readonly timestamp: number;
  /** Grows by one per event of the task (without a task: of the instance), so a gap is visible. */
  readonly offset: number;
  /** Grows by one per event of the instance. */
  readonly instanceOffset: number;
  readonly type: "task_progress";
  readonly taskId: string;
  readonly commandId: string;
  readonly commandIndex: number;
  readonly totalCommands: number;
  readonly status: CommandStatus;
  readonly tool_name: string;
  readonly intention: string;
  readonly result?: JsonObject;
  readonly error?: CommandError;
}

/** A task in numbers; `duration` in milliseconds from start to end (0 when it never started). */
export interface TaskTally {
  readonly totalCommands: number;
  readonly successfulCommands: number;
  readonly failedCommandIndex?: number;
  readonly duration: number;
}

/** How one command ended. */
export interface CommandOutcome {
  readonly commandId: string;
  readonly status: CommandStatus;
  readonly result?: JsonObject;
  readonly error?: CommandError;
}

/** The end of a task, exactly once, however it ended. */
export interface TaskComplete {
  readonly instanceId: string;
  readonly timestamp: number;
  /** Grows by one per event of the task (without a task: of the instance), so a gap is visible. */
  readonly offset: number;
  /** Grows by one per event of the instance. */
  readonly instanceOffset: number;
  readonly type: "task_complete";
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly summary: TaskTally;
  readonly error?: TaskError;
  readonly results: readonly CommandOutcome[];
  readonly metadata?: JsonObject;
}

/** A picture was stored; fetch it at `url`. */
export interface Screenshot {
  readonly instanceId: string;
  readonly timestamp: number;
  /** Grows by one per event of the task (without a task: of the instance), so a gap is visible. */
  readonly offset: number;
  /** Grows by one per event of the instance. */
  readonly instanceOffset: number;
  readonly type: "screenshot";
  readonly taskId?: string;
  readonly commandId?: string;
  readonly screenshotId: string;
  readonly url: string;
  readonly width?: number;
  readonly height?: number;
}

/** A browser is connected (again). */
export interface InstanceConnected {
  readonly instanceId: string;
  readonly timestamp: number;
  /** Grows by one per event of the task (without a task: of the instance), so a gap is visible. */
  readonly offset: number;
  /** Grows by one per event of the instance. */
  readonly instanceOffset: number;
  readonly type: "instance_connected";
  readonly label: string;
  readonly epoch: number;
}

/** A browser was lost; its queue is kept for `graceMs`. */
export interface InstanceReconnecting {
  readonly instanceId: string;
  readonly timestamp: number;
  /** Grows by one per event of the task (without a task: of the instance), so a gap is visible. */
  readonly offset: number;
  /** Grows by one per event of the instance. */
  readonly instanceOffset: number;
  readonly type: "instance_reconnecting";
  readonly reason: string;
  readonly graceMs: number;
}

/** A browser is gone; its tasks have failed. */
export interface InstanceDisconnected {
  readonly instanceId: string;
  readonly timestamp: number;
  /** Grows by one per event of the task (without a task: of the instance), so a gap is visible. */
  readonly offset: number;
  /** Grows by one per event of the instance. */
  readonly instanceOffset: number;
  readonly type: "instance_disconnected";
  readonly reason: string;
}

/** What is told to clients, unasked. */
export type HubEvent =
  | TaskQueued
  | TaskStarted
  | TaskProgress
  | TaskComplete
  | Screenshot
  | InstanceConnected
  | InstanceReconnecting
  | InstanceDisconnected;

/** The body of `POST /tasks` and of `task_submit`. */
export interface TaskDraft {
  readonly task_name: string;
  readonly task_intention: string;
  readonly instanceId?: string | InstanceLabel;
  readonly commands: readonly CommandDraft[];
  readonly metadata?: JsonObject;
  /** What to do with dialogs while the task runs; `ask` (default) fails the next action. */
  readonly dialogs?: "accept" | "dismiss" | "ask";
  /** Tasks of one session share their tab; tasks that name none share one among themselves. */
  readonly session?: string;
}

/** The answer to a submission: the task is stored. */
export interface TaskAccepted {
  readonly taskId: string;
  /** 1 = running or next to run. */
  readonly queuePosition: number;
  readonly wsEndpoint: string;
  readonly instanceId: string;
  readonly status: TaskStatus;
}

/** The answer of `GET /tasks/{id}`. */
export interface TaskEnvelope {
  readonly task: TaskView;
}

/** The answer of `GET /tasks`: newest first. */
export interface TaskList {
  readonly tasks: readonly TaskSummary[];
  /** How many match the filters, on all pages. */
  readonly total: number;
}

/** The answer of `POST /tasks/{id}/cancel`. */
export interface TaskCancelled {
  readonly success: boolean;
  readonly taskId: string;
  readonly message?: string;
  readonly reason?: string;
}

/** The body of `POST /register`. */
export interface Registration {
  readonly userAgent: string;
  readonly windowId?: number | string;
  readonly extensionId?: string;
  readonly label?: string;
  /** The caller's own former id; needs `nonce`, and a proof in the hello. */
  readonly instanceId?: string;
  /** Fresh random text: the hub proves that it knows the credential by answering over it. */
  readonly nonce?: string;
  /** Asks for a credential: a person has clicked *Connect* in the popup. */
  readonly pair?: boolean;
  readonly browser?: string;
  readonly profile?: string;
  /** Names the lifetime of the browser's memory, as in the hello. */
  readonly memory?: string;
}

/** The answer of `POST /register`. */
export interface Registered {
  readonly instanceId: string;
  /** The port of the link, 3400 by default. */
  readonly port: number;
  /** Carries the ticket; good for one connection within 30 s. */
  readonly websocketUrl: string;
  readonly ticket: string;
  readonly hubName: string;
  /** The hub's nonce, when the caller sent one. */
  readonly nonce?: string;
  /** HMAC-SHA256(credential, "hub|instanceId|clientNonce|hubNonce") in hex. */
  readonly proof?: string;
  /** 64 hex digits; only in the answer to `pair`. */
  readonly credential?: string;
}

/** How a browser came to the hub. */
export const InstanceKind = {
  /** The hub started it. */
  LAUNCHED: "launched",
  /** A person's own browser, allowed by a click. */
  PAIRED: "paired",
  /** A program that speaks the link, known by its ticket only. */
  SCRIPT: "script",
} as const;
export type InstanceKind = (typeof InstanceKind)[keyof typeof InstanceKind];

/** Whether a browser can be reached. */
export const InstanceStatus = {
  CONNECTED: "connected",
  /** Lost, within its grace: its queue is kept. */
  RECONNECTING: "reconnecting",
  /** Lost for good, until it registers again. */
  GONE: "gone",
} as const;
export type InstanceStatus = (typeof InstanceStatus)[keyof typeof InstanceStatus];

/** A browser as callers see it. Times are milliseconds since 1970. */
export interface InstanceView {
  readonly id: string;
  readonly label: string;
  readonly kind: InstanceKind;
  readonly browserType: string;
  /** The profile that it keeps; empty when it has none or does not tell. */
  readonly profile: string;
  readonly userAgent: string;
  /** The system that it runs on, as its user agent tells it: `Linux x86_64`. */
  readonly machine?: string;
  readonly windowId?: number | string;
  readonly connectedAt?: number;
  readonly lastActivity?: number;
  /** When it was last heard of, also before a restart of the hub; null: it never connected. */
  readonly lastSeen?: number;
  /** The person at it has paused all tasks: each call is answered with CANCELLED. */
  readonly paused: boolean;
  readonly status: InstanceStatus;
  /** Queued and running tasks. */
  readonly queueLength: number;
  readonly runningTaskId?: string;
  readonly epoch: number;
}

/** The answer of `GET /instances/{id}`. */
export interface InstanceEnvelope {
  readonly instance: InstanceView;
}

/** The answer of `GET /instances`, in order of connection. */
export interface InstanceList {
  readonly instances: readonly InstanceView[];
}

/** One tool, as models and MCP clients are shown it. */
export interface ToolView {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
}

/** The answer of `GET /api/tools`. */
export interface ToolList {
  readonly tools: readonly ToolView[];
}

/** Why a tool call failed. */
export interface ToolFailureBody {
  readonly code: string;
  readonly message: string;
  readonly details?: JsonObject;
}

/** The answer of `POST /api/tools/{name}`. */
export interface ToolAnswer {
  readonly success: boolean;
  readonly result?: JsonObject;
  readonly error?: ToolFailureBody;
  /** The task under which the call ran. */
  readonly taskId?: string;
}

/** Text; the first one of a result is the typed result as JSON. */
export interface TextContent {
  readonly type: "text";
  readonly text: string;
}

/** A picture with its bytes, as browsers send it and as REST shows it. */
export interface ImageContent {
  readonly type: "image";
  /** Base64. */
  readonly data: string;
  readonly mimeType: string;
}

/** A picture or file by its address, as events carry it. */
export interface ResourceLink {
  readonly type: "resource_link";
  /** `/artifacts/<id>` on the hub. */
  readonly uri: string;
  readonly name: string;
  readonly mimeType?: string;
}

/** What a tool call results in. */
export interface ToolContent {
  readonly content: readonly (TextContent | ImageContent | ResourceLink)[];
  /** The action's typed result. */
  readonly structuredContent: JsonObject;
}

/** A stored picture or file. Times are milliseconds since 1970. */
export interface ArtifactView {
  readonly id: string;
  readonly taskId?: string;
  readonly instanceId?: string;
  readonly name: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly sha256: string;
  readonly createdAt: number;
  readonly url: string;
}

/** The answer of `GET /health`: 200 when `ok`, else 503. */
export interface Health {
  /** What the hub calls itself; a person sees it before they connect their browser. */
  readonly name: string;
  /** Whether callers need an API key. */
  readonly keyRequired: boolean;
  readonly status: "ok" | "degraded";
  /** `failing`: the last write did not reach the disk; submissions are refused until one does. */
  readonly store: "ok" | "failing";
  readonly detail?: string;
  /** Connected browsers. */
  readonly instances: number;
  readonly uptimeMs: number;
}

/** The answer of `GET /info`. */
export interface HubInfo {
  readonly name: string;
  readonly version: string;
  readonly protocol: number;
  readonly httpPort: number;
  readonly linkPort: number;
  readonly wsEndpoint: string;
  readonly store: string;
  readonly instances: number;
  readonly extensionId: string;
}

/** One thing that a key may allow. */
export const Scope = {
  /** List and read tasks, and follow their events. */
  TASKS_READ: "tasks:read",
  /** Submit and cancel tasks. */
  TASKS_WRITE: "tasks:write",
  /** List and read browsers. */
  INSTANCES_READ: "instances:read",
  /** Launch, close, rename and revoke browsers. */
  INSTANCES_WRITE: "instances:write",
  /** Let new browsers join: pair one, or register a program that speaks the link. */
  INSTANCES_REGISTER: "instances:register",
  /** Run single tools and read their catalogue. */
  TOOLS_RUN: "tools:run",
  /** Use the tool `browser_execute`, in a task or alone: scripts of the caller's own. */
  TOOLS_EXECUTE: "tools:execute",
  /** Fetch pictures and files. */
  ARTIFACTS_READ: "artifacts:read",
  /** Read facts and figures about the hub. */
  HUB_READ: "hub:read",
  /** Read the audit trail. */
  AUDIT_READ: "audit:read",
  /** Make, list and revoke keys. */
  KEYS_ADMIN: "keys:admin",
} as const;
export type Scope = (typeof Scope)[keyof typeof Scope];

/** The body of `POST /api/keys`. */
export interface KeyDraft {
  /** Who it is for; the audit trail shows it. */
  readonly name: string;
  readonly scopes: readonly (Scope | string)[];
  /** The browsers that it is good for; none: all of them. */
  readonly instanceIds?: readonly string[];
}

/** A key as lists show it. Times are milliseconds since 1970. */
export interface KeyView {
  /** The visible beginning of the key, which is no secret. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly instanceIds: readonly string[];
  readonly createdAt: number;
}

/** The answer of `POST /api/keys`: the only time that the key itself is shown. */
export interface KeyCreated {
  readonly key: string;
  readonly view: KeyView;
}

/** The answer of `GET /api/keys`. Keys from the environment have no row. */
export interface KeyList {
  readonly keys: readonly KeyView[];
}

/** One thing that somebody did or tried. Times are milliseconds since 1970. */
export interface AuditEntry {
  readonly at: number;
  /** The key's name, `environment`, `extension`, or `anybody` where no keys are needed. */
  readonly who: string;
  readonly keyId?: string;
  readonly address?: string;
  /** `task.submit`, `task.cancel`, `tool.run`, `key.new`, `instance.register`, `refused`, … */
  readonly action: string;
  /** The task, tool, key or path that it was about. */
  readonly subject?: string;
  readonly instanceId?: string;
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
}

/** The answer of `GET /api/audit`, newest first. */
export interface AuditList {
  readonly entries: readonly AuditEntry[];
  readonly total: number;
}

/** Every error of the core API. */
export interface ErrorBody {
  /** A sentence for a person. */
  readonly error: string;
  readonly code: string;
  readonly details?: JsonObject;
}

/** The history since `after` is gone: read the state by REST, then go on from here. */
export interface Resync {
  readonly type: "resync";
  readonly taskId?: string;
  readonly instanceId?: string;
  readonly epoch: string;
  /** The newest event of the stream; live events follow it. */
  readonly offset: number;
}

/** No arguments. */
export interface InstanceListArgs {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
}

/** One browser. Times are milliseconds since 1970. */
export interface InstanceRow {
  readonly id: string;
  readonly label: string;
  readonly browserType: string;
  readonly profile: string;
  readonly userAgent: string;
  readonly windowId?: number | string;
  readonly connectedAt?: number;
  readonly lastActivity?: number;
  readonly status: string;
  readonly queueLength: number;
}

/** All browsers, in order of connection. */
export interface InstanceListed {
  readonly instances: readonly InstanceRow[];
}

/** A window's inner size in CSS pixels. */
export interface ViewportSize {
  readonly width: number;
  readonly height: number;
}

/** A browser to launch. */
export interface InstanceNew {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly url?: string;
  readonly mode?: "chrome" | "testing" | "chromium";
  readonly headless?: boolean;
  readonly profile?: string;
  readonly viewport?: ViewportSize;
  /** Folders of further extensions */
  readonly extensions?: readonly string[];
  readonly label?: string;
  readonly closeOtherTabs?: boolean;
}

/** The browser is connected. */
export interface InstanceOpened {
  readonly instanceId: string;
  readonly browserType: string;
  readonly profile: string;
  readonly downloadDirectory: string;
  readonly message: string;
}

/** The browser to close. */
export interface InstanceClose {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly instanceId: string;
}

/** Whether it was closed. */
export interface InstanceClosed {
  readonly success: boolean;
  readonly message: string;
}

/** No arguments. */
export interface InstanceProfiles {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
}

/** One profile of the installed Chrome. */
export interface ProfileRow {
  readonly directory: string;
  readonly name: string;
}

/** The profiles of the installed Chrome. */
export interface ProfilesListed {
  readonly profiles: readonly ProfileRow[];
}

/** No arguments. */
export interface TabListArgs {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
}

/** One tab; `index` is its place in its window, from 0. */
export interface TabRow {
  readonly id: number;
  readonly url: string;
  readonly title: string;
  readonly active: boolean;
  readonly index: number;
}

/** All tabs. */
export interface TabListed {
  readonly tabs: readonly TabRow[];
  readonly activeTabId?: number;
  readonly count: number;
}

/** A tab to open; in the background unless `activate`. */
export interface TabNew {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly url?: string;
  readonly activate?: boolean;
}

/** The new tab; from now on the task works in it. */
export interface TabOpened {
  readonly tabId: number;
  readonly url: string;
  readonly title: string;
}

/** The tab to close: `tabId`, or the task's own. */
export interface TabClose {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
}

/** The tab is closed. */
export interface TabClosed {
  readonly success: boolean;
  readonly closedTabId: number;
}

/** The tab to keep: `keepTabId`, or the task's own. */
export interface TabCloseOthers {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly keepTabId?: number;
}

/** The other tabs of that window are closed. */
export interface OthersClosed {
  readonly success: boolean;
  readonly closedCount: number;
  readonly remainingTabId: number;
}

/** The tab to bring to the front: `tabId`, or the task's own. */
export interface TabActivate {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
}

/** The tab is in front. */
export interface TabActivated {
  readonly success: boolean;
  readonly activeTabId: number;
}

/** A page to load. */
export interface NavigateGoto {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** goto: what to load */
  readonly url: string;
  /** Default load */
  readonly waitUntil?: "load" | "domcontentloaded" | "networkidle" | "commit";
}

/** A dialog that an action opened. */
export interface DialogSeen {
  readonly type: string;
  readonly message: string;
  /** Where, when that is another tab */
  readonly tabId?: number;
}

/** Where the tab is now; `status` is the HTTP status, null when there was no response. */
export interface Navigated {
  readonly success: boolean;
  readonly url: string;
  readonly title: string;
  readonly status?: number;
  readonly dialog?: DialogSeen;
}

/** Load the page again. */
export interface NavigateReload {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly ignoreCache?: boolean;
  readonly waitUntil?: "load" | "domcontentloaded" | "networkidle" | "commit";
}

/** One step back in the tab's history. */
export interface NavigateBack {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly waitUntil?: "load" | "domcontentloaded" | "networkidle" | "commit";
}

/** One step forward in the tab's history. */
export interface NavigateForward {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly waitUntil?: "load" | "domcontentloaded" | "networkidle" | "commit";
}

/** What to wait for: an element's state, a true expression, a URL part, or just `timeout` ms. */
export interface NavigateWait {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  /** Default visible */
  readonly state?: "visible" | "hidden" | "attached" | "detached";
  readonly expression?: string;
  /** wait: part of the URL, or a glob with * */
  readonly url?: string;
}

/** It happened, after `waited` ms. */
export interface Waited {
  readonly success: boolean;
  readonly waited: number;
  readonly url: string;
  readonly value?: unknown;
}

/** A part of the page in CSS pixels, relative to the page's top left. */
export interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture of the viewport, of an element, of a part, or of the full page. */
export interface ContentScreenshot {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  /** screenshot: default png */
  readonly format?: "png" | "jpeg" | "webp";
  readonly quality?: number;
  readonly fullPage?: boolean;
  readonly clip?: Clip;
}

/** A picture; sizes in pixels of the picture. The hub adds `screenshotId` and `url`. */
export interface Captured {
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly screenshotId?: string;
  readonly url?: string;
}

/** The page as PDF; paper sizes in inches. */
export interface ContentPdf {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly landscape?: boolean;
  readonly printBackground?: boolean;
  readonly scale?: number;
  readonly paperWidth?: number;
  readonly paperHeight?: number;
}

/** The PDF, as an artifact's URL. */
export interface Printed {
  readonly pdf: string;
  readonly pageCount: number;
  readonly artifactId?: string;
  readonly url?: string;
  readonly sizeBytes?: number;
  readonly sha256?: string;
}

/** The page or an element as text. */
export interface ContentGet {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  /** get: default html */
  readonly format?: "html" | "text" | "markdown";
  readonly maxChars?: number;
}

/** What was read. */
export interface ContentRead {
  readonly content: string;
  readonly format: string;
  readonly url: string;
  readonly truncated: boolean;
}

/** All elements that match. */
export interface ContentQuery {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  /** Default 100 */
  readonly limit?: number;
}

/** A rectangle in CSS pixels, relative to the viewport. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One element. */
export interface ElementRow {
  readonly tagName: string;
  readonly id: string;
  readonly className: string;
  readonly textContent: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly boundingBox?: Rect;
}

/** The elements, and how many match in all. */
export interface Queried {
  readonly elements: readonly ElementRow[];
  readonly count: number;
}

/** One attribute of an element. */
export interface ContentAttribute {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  readonly attribute: string;
}

/** Its value; null when the element does not have it. */
export interface AttributeRead {
  readonly selector: string;
  readonly attribute: string;
  readonly value: string | null;
}

/** The elements that are in the viewport now. */
export interface ContentViewportDom {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly maxElements?: number;
  readonly domDepth?: number;
  readonly includeHidden?: boolean;
  readonly minSize?: number;
}

/** The viewport and its elements, each with `domDepth` ancestors, in frames with `frame`. */
export interface ViewportDom {
  readonly viewport: JsonObject;
  readonly elements: readonly JsonObject[];
  readonly elementCount: number;
  /** Whether there were more than `maxElements`. */
  readonly truncated: boolean;
}

/** The accessibility tree as compact text with refs. */
export interface ContentSnapshot {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  readonly maxChars?: number;
  readonly interactiveOnly?: boolean;
  /** snapshotId: only what changed */
  readonly since?: string;
}

/** The tree; refs such as `e12` are good for the other actions. */
export interface SnapshotTaken {
  readonly snapshot: string;
  readonly snapshotId: string;
  readonly url: string;
  readonly title: string;
  readonly truncated: boolean;
}

/** Where and how to click. */
export interface InteractClick {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  readonly x?: number;
  readonly y?: number;
  readonly button?: "left" | "right" | "middle";
  readonly clickCount?: number;
  readonly modifiers?: readonly ("ctrl" | "alt" | "shift" | "meta")[];
}

/** Clicked at this point. */
export interface Clicked {
  readonly dialog?: DialogSeen;
  readonly clicked: boolean;
  readonly selector?: string;
  readonly x: number;
  readonly y: number;
}

/** Where to move the mouse. */
export interface InteractMove {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  readonly x?: number;
  readonly y?: number;
}

/** The mouse is there. */
export interface Moved {
  readonly dialog?: DialogSeen;
  readonly moved: boolean;
  readonly x: number;
  readonly y: number;
}

/** What to hover over. */
export interface InteractHover {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  readonly x?: number;
  readonly y?: number;
}

/** The mouse is over it. */
export interface Hovered {
  readonly dialog?: DialogSeen;
  readonly hovered: boolean;
  readonly selector?: string;
  readonly x: number;
  readonly y: number;
}

/** Text to type; into the focused element when no target is given. */
export interface InteractType {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  readonly text: string;
  /** ms per key; 0 = at once; default human pace */
  readonly delay?: number;
  readonly clear?: boolean;
  /** Press Enter after */
  readonly submit?: boolean;
}

/** Typed. */
export interface Typed {
  readonly dialog?: DialogSeen;
  readonly typed: boolean;
  readonly text: string;
}

/** A key or a chord such as `Control+a`. */
export interface InteractPress {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  readonly key: string;
  readonly ctrl?: boolean;
  readonly alt?: boolean;
  readonly shift?: boolean;
  readonly meta?: boolean;
  readonly modifiers?: readonly ("ctrl" | "alt" | "shift" | "meta")[];
}

/** Pressed. */
export interface Pressed {
  readonly dialog?: DialogSeen;
  readonly pressed: string;
}

/** By how much, in CSS pixels; or the element to bring into view. */
export interface InteractScroll {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  readonly deltaX?: number;
  readonly deltaY?: number;
  readonly direction?: "up" | "down" | "left" | "right";
  readonly amount?: number;
}

/** Where the scroller stands now. */
export interface Scrolled {
  readonly dialog?: DialogSeen;
  readonly scrolled: boolean;
  readonly x: number;
  readonly y: number;
}

/** The option of a select element (or of an ARIA combobox). */
export interface InteractSelect {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  readonly value?: string | readonly string[];
  readonly label?: string | readonly string[];
  readonly index?: number;
}

/** Values of the options that are selected now. */
export interface Selected {
  readonly dialog?: DialogSeen;
  readonly selected: readonly string[];
}

/** Files for a file input, a button that asks for files, or a place to drop them. Paths on the browser's machine, or artifact ids. */
export interface InteractUpload {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  readonly files: readonly string[];
}

/** Names of the files that the input holds. */
export interface Uploaded {
  readonly dialog?: DialogSeen;
  readonly uploaded: readonly string[];
}

/** From an element to another. */
export interface InteractDrag {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  /** CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath= */
  readonly selector?: string;
  /** Of a snapshot */
  readonly ref?: string;
  /** Frame name, URL part or index */
  readonly frame?: string | number;
  /** selector in the same frame, or ref */
  readonly to: string;
}

/** Dragged and dropped. */
export interface Dragged {
  readonly dialog?: DialogSeen;
  readonly dragged: boolean;
}

/** One field and what to put into it. */
export interface FormField {
  readonly selector?: string;
  readonly ref?: string;
  readonly value: string | boolean | number;
}

/** Several fields at once: text, checkboxes, radios, selects. */
export interface InteractFillForm {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly fields: readonly FormField[];
  readonly frame?: string | number;
}

/** Selectors or refs that were filled, in order. */
export interface Filled {
  readonly dialog?: DialogSeen;
  readonly filled: readonly string[];
}

/** An expression, or a function that gets `args`; its value must be JSON. */
export interface Execute {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly expression: string;
  /** Default true */
  readonly awaitPromise?: boolean;
  readonly args?: readonly unknown[];
  readonly frame?: string | number;
}

/** The value, under both names that callers look for. */
export interface Executed {
  readonly result: unknown;
  readonly value: unknown;
}

/** Of these URLs; default: of the page. */
export interface GetCookies {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly urls?: readonly string[];
}

/** One cookie; `expires` in seconds since 1970, -1 for the session's. */
export interface CookieRow {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite?: string;
}

/** The cookies. */
export interface CookiesRead {
  readonly cookies: readonly CookieRow[];
}

/** A cookie to set; for the page's URL unless `url` or `domain` says otherwise. */
export interface SetCookie {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly name: string;
  readonly value: string;
  readonly url?: string;
  readonly domain?: string;
  readonly path?: string;
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
  readonly sameSite?: "Strict" | "Lax" | "None";
  readonly expires?: number;
}

/** Done; `details` says what. */
export interface NetworkDone {
  readonly success: boolean;
  readonly details?: JsonObject;
}

/** Of the page's site; `urls` narrows or widens it. */
export interface ClearCookies {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly urls?: readonly string[];
  readonly name?: string;
}

/** Headers that the tab sends with every request; an empty object ends it. */
export interface SetHeaders {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What to do with which requests; `urlPattern` is a glob with `*`. `headers` are those of the answer, or what a request that goes on has more or otherwise. */
export interface InterceptPattern {
  readonly urlPattern?: string;
  readonly resourceType?: string;
  readonly action?: "block" | "fulfil" | "continue";
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Patterns stay until `enabled:false`. */
export interface Intercept {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly enabled?: boolean;
  readonly patterns?: readonly InterceptPattern[];
}

/** Whether interception is on, and with how many patterns. */
export interface Intercepting {
  readonly success: boolean;
  readonly enabled: boolean;
  readonly patterns: number;
}

/** One key, or all. */
export interface GetStorage {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly key?: string;
  readonly storageType?: "localStorage" | "sessionStorage";
}

/** `value` of the one key, or all `items`. */
export interface StorageRead {
  readonly value?: string;
  readonly items?: Readonly<Record<string, string>>;
}

/** A value to store. */
export interface SetStorage {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly key: string;
  readonly value: string;
  readonly storageType?: "localStorage" | "sessionStorage";
}

/** What to empty. */
export interface ClearStorage {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly storageType?: "localStorage" | "sessionStorage" | "all";
}

/** What the page has loaded since it is watched. */
export interface Requests {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly urlPattern?: string;
  readonly resourceType?: string;
  readonly limit?: number;
  readonly clear?: boolean;
}

/** One request. */
export interface RequestRow {
  readonly url: string;
  readonly method: string;
  readonly resourceType: string;
  readonly status?: number;
  readonly sizeBytes?: number;
  readonly durationMs?: number;
  readonly failed?: string;
}

/** The requests, oldest first. */
export interface RequestsRead {
  readonly requests: readonly RequestRow[];
  readonly count: number;
}

/** A viewport in CSS pixels. */
export interface EmulateViewport {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly width: number;
  readonly height: number;
  readonly deviceScaleFactor?: number;
  readonly mobile?: boolean;
}

/** Done; `details` says with which values. */
export interface Emulated {
  readonly success: boolean;
  readonly details?: JsonObject;
}

/** A user agent; empty ends it. */
export interface EmulateUserAgent {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly userAgent: string;
  readonly platform?: string;
}

/** A place in degrees, `accuracy` in metres; without a place, the true one again. */
export interface EmulateGeolocation {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly accuracy?: number;
}

/** A time zone such as `Europe/Berlin`; empty ends it. */
export interface EmulateTimezone {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly timezoneId: string;
}

/** A device by name such as `iPhone 14`, `Pixel 7`, `iPad Pro`; `none` ends it. */
export interface EmulateDevice {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly device: string;
}

/** Cut the tab off the network, or not. */
export interface EmulateOffline {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly offline: boolean;
}

/** A slower network: a preset, or numbers (bytes/s, ms). */
export interface EmulateThrottle {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly preset?: "slow-3g" | "fast-3g" | "4g" | "wifi" | "offline" | "none";
  readonly downloadThroughput?: number;
  readonly uploadThroughput?: number;
  readonly latency?: number;
}

/** What to do with the open dialog. */
export interface DebugDialog {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly dialogAction?: "accept" | "dismiss";
  readonly promptText?: string;
}

/** What it was. */
export interface DialogHandled {
  readonly handled: boolean;
  readonly dialogType: string;
  readonly message: string;
  readonly action: string;
}

/** Which lines of the console. */
export interface DebugConsole {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly level?: "log" | "info" | "warning" | "error" | "all";
  readonly clear?: boolean;
}

/** One line; `timestamp` in milliseconds since 1970. */
export interface ConsoleRow {
  readonly level: string;
  readonly text: string;
  readonly timestamp: number;
  readonly source?: string;
}

/** The lines, oldest first. */
export interface ConsoleRead {
  readonly logs: readonly ConsoleRow[];
  readonly count: number;
}

/** No arguments. */
export interface DebugPerformance {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
}

/** The browser's metrics, and the page's own timing in ms since its start. */
export interface PerformanceRead {
  readonly metrics: Readonly<Record<string, number>>;
  readonly timing: JsonObject;
}

/** Which categories to trace. */
export interface DebugTraceStart {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly categories?: readonly string[];
}

/** Whether a trace is running; after the stop, where it is stored. */
export interface Tracing {
  readonly tracing: boolean;
  readonly artifactId?: string;
  readonly url?: string;
  readonly sizeBytes?: number;
  readonly sha256?: string;
}

/** No arguments. */
export interface DebugTraceStop {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
}

/** Which downloads. */
export interface DebugDownloads {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly state?: "in_progress" | "complete" | "error" | "all";
}

/** One download; `progress` from 0 to 100, times in milliseconds since 1970. */
export interface DownloadRow {
  readonly id: string;
  readonly filename: string;
  readonly filepath: string;
  readonly state: "in_progress" | "complete" | "error";
  readonly bytesReceived: number;
  readonly totalBytes: number;
  readonly progress: number;
  readonly startTime: number;
  readonly endTime?: number;
}

/** The downloads, newest first. */
export interface DownloadsRead {
  readonly downloads: readonly DownloadRow[];
  readonly count: number;
}

/** The download to wait for; default: the newest, or the next to come. */
export interface DebugDownloadWait {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly downloadId?: string;
}

/** The download, complete; its bytes as an artifact where the hub can read or get them. */
export interface DownloadEnded {
  readonly id: string;
  readonly filename: string;
  readonly filepath: string;
  readonly state: string;
  readonly bytesReceived: number;
  readonly totalBytes: number;
  readonly progress: number;
  readonly startTime: number;
  readonly endTime?: number;
  readonly artifactId?: string;
  readonly url?: string;
  readonly sizeBytes?: number;
  readonly sha256?: string;
}

/** How long, in ms. */
export interface Sleep {
  /** Default: the task's own tab */
  readonly tabId?: number | "active";
  readonly timeout?: number;
  readonly duration: number;
}

/** How long it was, in ms. */
export interface Slept {
  readonly slept: number;
}

/** Arguments and result of each action of each tool; `""` where a tool has only one. */
export interface ToolActions {
  readonly browser_instance: {
    readonly list: { readonly args: InstanceListArgs; readonly result: InstanceListed };
    readonly new: { readonly args: InstanceNew; readonly result: InstanceOpened };
    readonly close: { readonly args: InstanceClose; readonly result: InstanceClosed };
    readonly profiles: { readonly args: InstanceProfiles; readonly result: ProfilesListed };
  };
  readonly browser_tab: {
    readonly list: { readonly args: TabListArgs; readonly result: TabListed };
    readonly new: { readonly args: TabNew; readonly result: TabOpened };
    readonly close: { readonly args: TabClose; readonly result: TabClosed };
    readonly close_others: { readonly args: TabCloseOthers; readonly result: OthersClosed };
    readonly activate: { readonly args: TabActivate; readonly result: TabActivated };
  };
  readonly browser_navigate: {
    readonly goto: { readonly args: NavigateGoto; readonly result: Navigated };
    readonly reload: { readonly args: NavigateReload; readonly result: Navigated };
    readonly back: { readonly args: NavigateBack; readonly result: Navigated };
    readonly forward: { readonly args: NavigateForward; readonly result: Navigated };
    readonly wait: { readonly args: NavigateWait; readonly result: Waited };
  };
  readonly browser_content: {
    readonly screenshot: { readonly args: ContentScreenshot; readonly result: Captured };
    readonly pdf: { readonly args: ContentPdf; readonly result: Printed };
    readonly get: { readonly args: ContentGet; readonly result: ContentRead };
    readonly query: { readonly args: ContentQuery; readonly result: Queried };
    readonly attribute: { readonly args: ContentAttribute; readonly result: AttributeRead };
    readonly get_viewport_dom: { readonly args: ContentViewportDom; readonly result: ViewportDom };
    readonly snapshot: { readonly args: ContentSnapshot; readonly result: SnapshotTaken };
  };
  readonly browser_interact: {
    readonly click: { readonly args: InteractClick; readonly result: Clicked };
    readonly move: { readonly args: InteractMove; readonly result: Moved };
    readonly hover: { readonly args: InteractHover; readonly result: Hovered };
    readonly type: { readonly args: InteractType; readonly result: Typed };
    readonly press: { readonly args: InteractPress; readonly result: Pressed };
    readonly scroll: { readonly args: InteractScroll; readonly result: Scrolled };
    readonly select: { readonly args: InteractSelect; readonly result: Selected };
    readonly upload: { readonly args: InteractUpload; readonly result: Uploaded };
    readonly drag: { readonly args: InteractDrag; readonly result: Dragged };
    readonly fill_form: { readonly args: InteractFillForm; readonly result: Filled };
  };
  readonly browser_execute: {
    readonly "": { readonly args: Execute; readonly result: Executed };
  };
  readonly browser_network: {
    readonly get_cookies: { readonly args: GetCookies; readonly result: CookiesRead };
    readonly set_cookie: { readonly args: SetCookie; readonly result: NetworkDone };
    readonly clear_cookies: { readonly args: ClearCookies; readonly result: NetworkDone };
    readonly set_headers: { readonly args: SetHeaders; readonly result: NetworkDone };
    readonly intercept: { readonly args: Intercept; readonly result: Intercepting };
    readonly get_storage: { readonly args: GetStorage; readonly result: StorageRead };
    readonly set_storage: { readonly args: SetStorage; readonly result: NetworkDone };
    readonly clear_storage: { readonly args: ClearStorage; readonly result: NetworkDone };
    readonly requests: { readonly args: Requests; readonly result: RequestsRead };
  };
  readonly browser_emulate: {
    readonly viewport: { readonly args: EmulateViewport; readonly result: Emulated };
    readonly user_agent: { readonly args: EmulateUserAgent; readonly result: Emulated };
    readonly geolocation: { readonly args: EmulateGeolocation; readonly result: Emulated };
    readonly timezone: { readonly args: EmulateTimezone; readonly result: Emulated };
    readonly device: { readonly args: EmulateDevice; readonly result: Emulated };
    readonly offline: { readonly args: EmulateOffline; readonly result: Emulated };
    readonly throttle: { readonly args: EmulateThrottle; readonly result: Emulated };
  };
  readonly browser_debug: {
    readonly dialog: { readonly args: DebugDialog; readonly result: DialogHandled };
    readonly console: { readonly args: DebugConsole; readonly result: ConsoleRead };
    readonly performance: { readonly args: DebugPerformance; readonly result: PerformanceRead };
    readonly trace_start: { readonly args: DebugTraceStart; readonly result: Tracing };
    readonly trace_stop: { readonly args: DebugTraceStop; readonly result: Tracing };
    readonly downloads: { readonly args: DebugDownloads; readonly result: DownloadsRead };
    readonly download_wait: { readonly args: DebugDownloadWait; readonly result: DownloadEnded };
  };
  readonly sleep: {
    readonly "": { readonly args: Sleep; readonly result: Slept };
  };
}

export type ToolName = keyof ToolActions;
export type ActionName<T extends ToolName> = keyof ToolActions[T] & string;

export type BrowserInstanceArgs =
  | ({ readonly action: "list" } & InstanceListArgs)
  | ({ readonly action: "new" } & InstanceNew)
  | ({ readonly action: "close" } & InstanceClose)
  | ({ readonly action: "profiles" } & InstanceProfiles);

export type BrowserTabArgs =
  | ({ readonly action: "list" } & TabListArgs)
  | ({ readonly action: "new" } & TabNew)
  | ({ readonly action: "close" } & TabClose)
  | ({ readonly action: "close_others" } & TabCloseOthers)
  | ({ readonly action: "activate" } & TabActivate);

export type BrowserNavigateArgs =
  | ({ readonly action: "goto" } & NavigateGoto)
  | ({ readonly action: "reload" } & NavigateReload)
  | ({ readonly action: "back" } & NavigateBack)
  | ({ readonly action: "forward" } & NavigateForward)
  | ({ readonly action: "wait" } & NavigateWait);

export type BrowserContentArgs =
  | ({ readonly action: "screenshot" } & ContentScreenshot)
  | ({ readonly action: "pdf" } & ContentPdf)
  | ({ readonly action: "get" } & ContentGet)
  | ({ readonly action: "query" } & ContentQuery)
  | ({ readonly action: "attribute" } & ContentAttribute)
  | ({ readonly action: "get_viewport_dom" } & ContentViewportDom)
  | ({ readonly action: "snapshot" } & ContentSnapshot);

export type BrowserInteractArgs =
  | ({ readonly action: "click" } & InteractClick)
  | ({ readonly action: "move" } & InteractMove)
  | ({ readonly action: "hover" } & InteractHover)
  | ({ readonly action: "type" } & InteractType)
  | ({ readonly action: "press" } & InteractPress)
  | ({ readonly action: "scroll" } & InteractScroll)
  | ({ readonly action: "select" } & InteractSelect)
  | ({ readonly action: "upload" } & InteractUpload)
  | ({ readonly action: "drag" } & InteractDrag)
  | ({ readonly action: "fill_form" } & InteractFillForm);

export type BrowserExecuteArgs = Execute;

export type BrowserNetworkArgs =
  | ({ readonly action: "get_cookies" } & GetCookies)
  | ({ readonly action: "set_cookie" } & SetCookie)
  | ({ readonly action: "clear_cookies" } & ClearCookies)
  | ({ readonly action: "set_headers" } & SetHeaders)
  | ({ readonly action: "intercept" } & Intercept)
  | ({ readonly action: "get_storage" } & GetStorage)
  | ({ readonly action: "set_storage" } & SetStorage)
  | ({ readonly action: "clear_storage" } & ClearStorage)
  | ({ readonly action: "requests" } & Requests);

export type BrowserEmulateArgs =
  | ({ readonly action: "viewport" } & EmulateViewport)
  | ({ readonly action: "user_agent" } & EmulateUserAgent)
  | ({ readonly action: "geolocation" } & EmulateGeolocation)
  | ({ readonly action: "timezone" } & EmulateTimezone)
  | ({ readonly action: "device" } & EmulateDevice)
  | ({ readonly action: "offline" } & EmulateOffline)
  | ({ readonly action: "throttle" } & EmulateThrottle);

export type BrowserDebugArgs =
  | ({ readonly action: "dialog" } & DebugDialog)
  | ({ readonly action: "console" } & DebugConsole)
  | ({ readonly action: "performance" } & DebugPerformance)
  | ({ readonly action: "trace_start" } & DebugTraceStart)
  | ({ readonly action: "trace_stop" } & DebugTraceStop)
  | ({ readonly action: "downloads" } & DebugDownloads)
  | ({ readonly action: "download_wait" } & DebugDownloadWait);

export type SleepArgs = Sleep;

/** The arguments of a tool as they travel, `action` included. */
export interface ToolArguments {
  readonly browser_instance: BrowserInstanceArgs;
  readonly browser_tab: BrowserTabArgs;
  readonly browser_navigate: BrowserNavigateArgs;
  readonly browser_content: BrowserContentArgs;
  readonly browser_interact: BrowserInteractArgs;
  readonly browser_execute: BrowserExecuteArgs;
  readonly browser_network: BrowserNetworkArgs;
  readonly browser_emulate: BrowserEmulateArgs;
  readonly browser_debug: BrowserDebugArgs;
  readonly sleep: SleepArgs;
}
export type ArgsOf<T extends ToolName> = ToolArguments[T];
export type ResultOf<T extends ToolName, A extends ActionName<T> = ActionName<T>> =
  ToolActions[T][A] extends { readonly result: infer R } ? R : never;

/** What an action is, beyond its types. */
export interface ActionFacts {
  readonly place: "browser" | "hub";
  readonly readOnly: boolean;
  readonly retrySafe: boolean;
  readonly destructive: boolean;
}

/** All tools with their actions. */
export const TOOLS = {
  browser_instance: {
    list: { place: "hub", readOnly: true, retrySafe: true, destructive: false },
    new: { place: "hub", readOnly: false, retrySafe: false, destructive: false },
    close: { place: "hub", readOnly: false, retrySafe: false, destructive: true },
    profiles: { place: "hub", readOnly: true, retrySafe: true, destructive: false },
  },
  browser_tab: {
    list: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    new: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    close: { place: "browser", readOnly: false, retrySafe: false, destructive: true },
    close_others: { place: "browser", readOnly: false, retrySafe: false, destructive: true },
    activate: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
  },
  browser_navigate: {
    goto: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    reload: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    back: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    forward: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    wait: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
  },
  browser_content: {
    screenshot: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    pdf: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    get: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    query: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    attribute: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    get_viewport_dom: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    snapshot: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
  },
  browser_interact: {
    click: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    move: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    hover: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    type: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    press: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    scroll: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    select: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    upload: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    drag: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    fill_form: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
  },
  browser_execute: {
    "": { place: "browser", readOnly: false, retrySafe: false, destructive: false },
  },
  browser_network: {
    get_cookies: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    set_cookie: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
    clear_cookies: { place: "browser", readOnly: false, retrySafe: true, destructive: true },
    set_headers: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
    intercept: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
    get_storage: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    set_storage: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
    clear_storage: { place: "browser", readOnly: false, retrySafe: true, destructive: true },
    requests: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
  },
  browser_emulate: {
    viewport: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
    user_agent: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
    geolocation: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
    timezone: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
    device: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
    offline: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
    throttle: { place: "browser", readOnly: false, retrySafe: true, destructive: false },
  },
  browser_debug: {
    dialog: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    console: { place: "browser", readOnly: true, retrySafe: false, destructive: false },
    performance: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    trace_start: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    trace_stop: { place: "browser", readOnly: false, retrySafe: false, destructive: false },
    downloads: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
    download_wait: { place: "browser", readOnly: true, retrySafe: true, destructive: false },
  },
  sleep: {
    "": { place: "hub", readOnly: true, retrySafe: true, destructive: false },
  },
} as const satisfies {
  readonly [T in ToolName]: { readonly [A in ActionName<T>]: ActionFacts };
};

/** A call of the catalogue: narrowing `tool` narrows `args`. */
export type CatalogueCall = {
  readonly [T in ToolName]: { readonly tool: T; readonly args: ArgsOf<T> };
}[ToolName];

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(TOOLS, name);
}

/**
 * The call with its type; undefined when the catalogue has no such tool or action. The arguments
 * themselves are taken on trust: the hub has checked them before it sends a call.
 */
export function catalogueCall(name: string, args: JsonObject): CatalogueCall | undefined {
  if (!isToolName(name)) return undefined;
  const action = args["action"] ?? "";
  if (typeof action !== "string" || !Object.hasOwn(TOOLS[name], action)) return undefined;
  return { tool: name, args } as unknown as CatalogueCall;
}
