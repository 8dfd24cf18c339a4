// Follows background jobs that a page shows. The page itself is the truth: when a job ends, it is loaded again.
import { get } from "../api/client";
import { stageInWords, text } from "../text";

const PAUSE_MS = 1000;
const PAUSE_AFTER_FAULT_MS = 5000;

export interface JobView {
  status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
  stage: string;
  done: number;
  total: number;
  percent: number | null;
}

export function isOver(job: Pick<JobView, "status">): boolean {
  return !["queued", "running"].includes(job.status);
}

export function jobLine(job: JobView): { stage: string; count: string; percent: string } {
  return {
    stage: job.status === "queued" ? text("job_queued") : stageInWords(job.stage),
    count: job.total ? `${job.done} / ${job.total}` : "",
    percent: job.percent === null ? "" : `${job.percent} %`,
  };
}

function show(box: HTMLElement, job: JobView): void {
  const line = jobLine(job);
  for (const [name, value] of Object.entries(line)) {
    const place = box.querySelector(`[data-job-${name}]`);
    if (place) place.textContent = value;
  }
  const bar = box.querySelector("progress");
  if (!bar) return;
  if (job.percent === null) bar.removeAttribute("value");
  else bar.value = job.percent;
}

async function follow(box: HTMLElement, address: string): Promise<void> {
  for (;;) {
    const job = await get<JobView>(address).catch(() => null);
    if (job && isOver(job)) return window.location.reload();
    if (job) show(box, job);
    await new Promise((resume) => setTimeout(resume, job ? PAUSE_MS : PAUSE_AFTER_FAULT_MS));
  }
}

export function followJobs(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>("[data-job]")) {
    const address = box.dataset["jobAddress"];
    const status = box.dataset["jobStatus"] as JobView["status"];
    if (address && !isOver({ status })) void follow(box, address);
  }
}
