// The map of expected entrants, and a slider over its years. Without it, the years are links and the list says the same.
import type { GeoJSONSource } from "maplibre-gl";
import { get, type Schemas } from "../api/client";
import { text } from "../text";
import { ZoneMap } from "../workspace/map";
import { baseMapOf, NO_FEATURES, type BaseMap, type Outlines, type Units } from "../workspace/plan";
import { HEAT, heatStep, mostFirst } from "./steps";

/** Handed over by frontend/pages/officers/forecast_drawing.py. */
interface HeatData {
  units: string;
  baseMap: string;
  year: number;
  steps: number[];
  entrants: Record<string, Record<string, number>>;
  address: string;
}

/** Return the units with the number of their colour where the map looks for a zone. */
function coloured(units: Units, data: HeatData, year: number): Units {
  const counts = data.entrants[String(year)] ?? {};
  return {
    ...units,
    features: units.features.map((unit) => ({
      ...unit,
      properties: { ...unit.properties, zone: String(heatStep(counts[unit.properties.code] ?? 0, data.steps)) },
    })),
  };
}

class HeatPage {
  private readonly names: Map<string, string>;

  constructor(
    private readonly data: HeatData,
    private readonly units: Units,
    private readonly map: ZoneMap,
  ) {
    this.names = new Map(units.features.map((unit) => [unit.properties.code, unit.properties.name]));
  }

  show(year: number): void {
    const source = this.map.map.getSource("units") as GeoJSONSource | undefined;
    source?.setData(coloured(this.units, this.data, year));
    const heading = document.querySelector("[data-heat-year]");
    if (heading) heading.textContent = String(year);
    for (const link of document.querySelectorAll<HTMLElement>("[data-year]")) {
      if (link.dataset["year"] === String(year)) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    this.list(year);
    window.history.replaceState(null, "", `${this.data.address}?year=${year}`);
  }

  choose(code: string): void {
    this.map.select(code);
    for (const row of document.querySelectorAll<HTMLElement>("[data-unit]")) {
      const chosen = row.dataset["unit"] === code;
      row.setAttribute("aria-selected", String(chosen));
      if (chosen) row.scrollIntoView({ block: "nearest" });
    }
  }

  private list(year: number): void {
    const body = document.querySelector("[data-heat-list]");
    const counts = this.data.entrants[String(year)] ?? {};
    body?.replaceChildren(...mostFirst(counts, this.names).map(([code, name, count]) => row(code, name, count)));
  }
}

function row(code: string, name: string, count: number): HTMLTableRowElement {
  const made = document.createElement("tr");
  made.dataset["unit"] = code;
  const heading = document.createElement("th");
  heading.scope = "row";
  heading.textContent = name;
  const figure = document.createElement("td");
  figure.className = "number";
  figure.textContent = String(count);
  made.append(heading, figure);
  return made;
}

function slider(data: HeatData, page: HeatPage): void {
  const years = Object.keys(data.entrants).map(Number).sort((a, b) => a - b);
  const nav = document.querySelector(".year-choice");
  const label = document.createElement("label");
  label.className = "year-slider";
  const input = document.createElement("input");
  input.type = "range";
  input.min = String(years[0]);
  input.max = String(years.at(-1));
  input.value = String(data.year);
  const shown = document.createElement("output");
  shown.textContent = input.value;
  label.append(text("heat_slider"), input, shown);
  input.addEventListener("input", () => {
    shown.textContent = input.value;
    page.show(Number(input.value));
  });
  nav?.after(label);
}

async function start(container: HTMLElement): Promise<void> {
  const handed = document.getElementById("heat-data")?.textContent;
  if (!handed) return;
  const data = JSON.parse(handed) as HeatData;
  const [units, base] = await Promise.all([
    get("/api/units.geojson", { query: { dataset: data.units } }).then((answer: Schemas["FeatureCollection"]) => answer as unknown as Units),
    data.baseMap ? get("/api/base-map.geojson", { query: { dataset: data.baseMap } }).then(baseMapOf) : (NO_FEATURES as BaseMap),
  ]);
  const colours = new Map(HEAT.map((colour, step) => [String(step), colour]));
  const map = new ZoneMap(container, {
    units: coloured(units, data, data.year),
    outlines: NO_FEATURES as Outlines,
    base,
    colours,
    onSelect: (unit) => page.choose(unit.code),
  });
  const page = new HeatPage(data, units, map);
  slider(data, page);
}

for (const container of document.querySelectorAll<HTMLElement>("[data-heat-map]")) void start(container);
