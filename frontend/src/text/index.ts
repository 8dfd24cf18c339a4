// Texts of what scripts draw, in the language of the page. Pages made by the server bring their own.
import { en } from "./en";
import { stages } from "./stages";
import { zh } from "./zh";

export type TextKey = keyof typeof zh;
export type Texts = Record<TextKey, string>;

export function isEnglish(): boolean {
  return typeof document !== "undefined" && document.documentElement.lang.startsWith("en");
}

/** Return the text with `{name}` replaced by its value. */
export function text(key: TextKey, values: Record<string, string | number> = {}): string {
  const pattern: string = (isEnglish() ? en : zh)[key];
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Return a job's stage in words; a stage nobody wrote words for is shown as it is. */
export function stageInWords(stage: string): string {
  const words = stages[stage];
  return words ? words[isEnglish() ? 1 : 0] : stage;
}
