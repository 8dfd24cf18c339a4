// Follows background jobs that a page shows. The page itself is the truth: when a job ends, it is loaded again.
import { get, type Schemas } from "../api/client";
import { stageInWords, text } from "../text";

const PAUSE_MS = 1000;
const PAUSE_AFTER_FAULT_MS = 5000;

export type JobView = Pick<Schemas["Job"], "status" | "stage" | "done" | "total" | "percent">;

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

async function follow(box: HTMLElement, jobId: string): Promise<void> {
  for (;;) {
    const job = await get("/api/jobs/{job_id}/", { path: { job_id: jobId } }).catch(() => null);
    if (job && isOver(job)) return window.location.reload();
    if (job) show(box, job);
    await new Promise((resume) => setTimeout(resume, job ? PAUSE_MS : PAUSE_AFTER_FAULT_MS));
  }
}

export function followJobs(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>("[data-job]")) {
    const jobId = box.dataset["job"];
    const status = box.dataset["jobStatus"] as JobView["status"];
    if (jobId && !isOver({ status })) void follow(box, jobId);
  }
}
