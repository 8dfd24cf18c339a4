import type { Texts } from "./index";

export const en: Texts = {
  job_queued: "Waiting for a free worker",
};
