// The map of a family's zone, beside the answer in words; shown only where the map has its review number.
import type { LineString } from "geojson";
import { get } from "../api/client";
import { text } from "../text";
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
  drawsRoutes(container, map);
}

/** Draw the walk to the nearest school of the zone, and offer those to the others at their buttons. */
function drawsRoutes(container: HTMLElement, map: ZoneMap): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-draw-route]")];
  let newest = "";
  const draw = async (button: HTMLButtonElement): Promise<void> => {
    const school = button.dataset["drawRoute"] ?? "";
    newest = school;
    const found = await routeOf(container.dataset["route"], school);
    if (!found || newest !== school) return;
    map.drawRoute(found.line);
    for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
    container.setAttribute("data-route-drawn", school);
    const words = document.querySelector("[data-route-words]");
    if (words) words.textContent = found.words;
  };
  for (const button of buttons) {
    button.hidden = buttons.length < 2;
    button.addEventListener("click", () => void draw(button));
  }
  if (buttons[0]) void draw(buttons[0]);
}

/** Return the walk to a school from a place, "district,measure,longitude,latitude", and its length in words. */
async function routeOf(place: string | undefined, school: string): Promise<{ line: LineString; words: string } | null> {
  const [district, measure, lon, lat] = (place ?? "").split(",");
  if (!district || !measure || !lon || !lat || !school) return null;
  const query = { district, measure, lon: Number(lon), lat: Number(lat), school };
  const found = await get("/api/routes/", { query }).catch(() => null);
  if (!found?.line) return null;
  const words = text("route_drawn", { school: found.school_name, metres: found.metres, minutes: found.minutes });
  return { line: found.line as LineString, words };
}

for (const container of document.querySelectorAll<HTMLElement>("[data-zone-map]")) void start(container);
