// What every page gets on top of plain HTML: each part looks for its own marks and does nothing without them.
import { followJobs } from "./progress";
import { suggestUnits } from "./suggest";

document.querySelector<HTMLElement>("[data-focus]")?.focus();
followJobs(document);
suggestUnits(document);
