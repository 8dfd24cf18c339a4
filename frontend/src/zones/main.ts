// The map of a family's zone, beside the answer in words; shown only where the map has its review number.
import { get } from "../api/client";
import { ZoneMap } from "../workspace/map";
import { baseMapOf, NO_FEATURES, outlinesOf, type BaseMap, type Outlines, type Units } from "../workspace/plan";

async function start(container: HTMLElement): Promise<void> {
  const { plan = "", zone = "", baseMap = "" } = container.dataset;
  const [all, base] = await Promise.all([
    get("/api/zone-plans/{plan_id}/zones.geojson", { path: { plan_id: plan } }).then(outlinesOf),
    baseMap
      ? get("/api/base-map.geojson", { query: { dataset: baseMap } }).then(baseMapOf)
      : (NO_FEATURES as BaseMap),
  ]);
  const outlines: Outlines = { ...all, features: all.features.filter((one) => one.properties.code === zone) };
  const units = NO_FEATURES as Units;
  new ZoneMap(container, { units, outlines, base, colours: new Map() });
}

for (const container of document.querySelectorAll<HTMLElement>("[data-zone-map]")) void start(container);
