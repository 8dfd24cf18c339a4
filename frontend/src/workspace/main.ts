// The zone workspace on the plan page. Without it, the page shows the same table and the same form.
import { mount } from "svelte";
import { get } from "../api/client";
import { baseMapOf, NO_FEATURES, outlinesOf, unitsOf, type BaseMap, type WorkspaceData } from "./plan";
import Workspace from "./Workspace.svelte";

async function start(): Promise<void> {
  const target = document.getElementById("workspace");
  const handed = document.getElementById("workspace-data")?.textContent;
  if (!target || !handed) return;
  const data = JSON.parse(handed) as WorkspaceData;
  const path = { plan_id: data.plan };
  const [units, outlines, base] = await Promise.all([
    get("/api/zone-plans/{plan_id}/units.geojson", { path }).then(unitsOf),
    get("/api/zone-plans/{plan_id}/zones.geojson", { path }).then(outlinesOf),
    data.baseMap
      ? get("/api/base-map.geojson", { query: { dataset: data.baseMap } }).then(baseMapOf)
      : (NO_FEATURES as BaseMap),
  ]);
  target.replaceChildren();
  mount(Workspace, { target, props: { data, units, outlines, base } });
}

void start();
