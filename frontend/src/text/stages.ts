// Stages that background jobs report, in Chinese and English.
export const stages: Record<string, readonly [string, string]> = {};
