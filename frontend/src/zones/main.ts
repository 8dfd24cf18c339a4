// The map of a family's zone, beside the answer in words; shown only where the map has its review number.
import { get } from "../api/client";
import { ZoneMap } from "../workspace/map";
import { NO_FEATURES, outlinesOf, type BaseMap, type Outlines, type Units } from "../workspace/plan";

async function start(container: HTMLElement): Promise<void> {
  const { plan = "", zone = "" } = container.dataset;
  const all = outlinesOf(await get("/api/zone-plans/{plan_id}/zones.geojson", { path: { plan_id: plan } }));
  const outlines: Outlines = { ...all, features: all.features.filter((one) => one.properties.code === zone) };
  const units = NO_FEATURES as Units;
  new ZoneMap(container, { units, outlines, base: NO_FEATURES as BaseMap, colours: new Map() });
}

for (const container of document.querySelectorAll<HTMLElement>("[data-zone-map]")) void start(container);
