// The map of a family's zone, beside the answer in words; shown only where the map has its review number.
import type { LineString } from "geojson";
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
  const map = new ZoneMap(container, { units, outlines, base, colours: new Map() });
  const line = await routeOf(container.dataset["route"]);
  if (!line) return;
  map.drawRoute(line);
  container.setAttribute("data-route-drawn", "yes");
}

/** Return the walk to the nearest school of the zone: "district,measure,longitude,latitude,school". */
async function routeOf(asked: string | undefined): Promise<LineString | null> {
  const [district, measure, lon, lat, ...school] = (asked ?? "").split(",");
  if (!district || !measure || !lon || !lat || school.length === 0) return null;
  const query = { district, measure, lon: Number(lon), lat: Number(lat), school: school.join(",") };
  const found = await get("/api/routes/", { query }).catch(() => null);
  return (found?.line ?? null) as LineString | null;
}

for (const container of document.querySelectorAll<HTMLElement>("[data-zone-map]")) void start(container);
