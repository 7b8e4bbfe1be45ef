export const PERMISSIONS: readonly string[];
export function manifest(version: string): Readonly<Record<string, unknown>>;
