// The zone workspace on the plan page. Without it, the page shows the same table and the same form.
import { mount } from "svelte";
import { get } from "../api/client";
import { NO_FEATURES, type BaseMap, type Outlines, type Units, type WorkspaceData } from "./plan";
import Workspace from "./Workspace.svelte";

async function start(): Promise<void> {
  const target = document.getElementById("workspace");
  const handed = document.getElementById("workspace-data")?.textContent;
  if (!target || !handed) return;
  const data = JSON.parse(handed) as WorkspaceData;
  const [units, outlines, base] = await Promise.all([
    get<Units>(data.units),
    get<Outlines>(data.outlines),
    data.baseMap ? get<BaseMap>(data.baseMap) : (NO_FEATURES as BaseMap),
  ]);
  target.replaceChildren();
  mount(Workspace, { target, props: { data, units, outlines, base } });
}

void start();
