export const zh = {
  job_queued: "等待空闲的处理程序",
} as const;
