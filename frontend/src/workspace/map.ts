// The MapLibre map itself: made once, told what to show, and asked nothing about rules.
import * as maplibre from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import { boxAround } from "./bounds";
import type { LineString, Point } from "geojson";
import type { BaseMap, Outlines, UnitProperties, Units } from "./plan";
import { fillColour, mapStyle } from "./style";

maplibre.setWorkerUrl(workerUrl);

const PADDING = 24;
const NEAREST_ZOOM = 15; // where there is only one point to show
const HOME_PAINT = {
  "circle-radius": 6,
  "circle-color": "#ffffff",
  "circle-stroke-color": "#b3261e",
  "circle-stroke-width": 4,
};
const ROUTE_LINES = [["route-edge", "#ffffff", 8], ["route", "#b3261e", 4]] as const;

export interface ZoneMapOptions {
  units: Units;
  outlines: Outlines;
  base: BaseMap;
  colours: ReadonlyMap<string, string>;
  onPoint?: (unit: UnitProperties | null) => void;
  onSelect?: (unit: UnitProperties) => void;
}

export class ZoneMap {
  readonly map: maplibre.Map;
  private pointed: string | null = null;
  private selected: string | null = null;
  private marked: readonly string[] = [];

  constructor(container: HTMLElement, private readonly options: ZoneMapOptions) {
    const bounds = boxAround(options.units.features.map((unit) => unit.geometry)) ?? outlineBox(options.outlines);
    this.map = new maplibre.Map({
      container,
      style: mapStyle(options.units, options.outlines, options.base, options.colours),
      ...(bounds ? { bounds, fitBoundsOptions: { padding: PADDING, maxZoom: NEAREST_ZOOM } } : {}),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      canvasContextAttributes: { preserveDrawingBuffer: true }, // so that the map can be printed
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new maplibre.ScaleControl({ unit: "metric" }), "bottom-left");
    this.addSchools();
    for (const layer of ["units", "unit-points"]) this.listen(layer);
    this.map.on("idle", () => container.setAttribute("data-drawn", "yes"));
  }

  paint(colours: ReadonlyMap<string, string>): void {
    const apply = (): void => {
      this.map.setPaintProperty("units", "fill-color", fillColour(colours));
      this.map.setPaintProperty("unit-points", "circle-color", fillColour(colours));
    };
    if (this.map.isStyleLoaded()) apply();
    else void this.map.once("idle", apply);
  }

  select(code: string | null): void {
    const apply = (): void => {
      this.mark(this.selected, "selected", false);
      this.selected = code;
      this.mark(code, "selected", true);
    };
    if (this.map.getSource("units")) apply();
    else void this.map.once("idle", apply);
  }

  /** Show which units would move, and all of them at once. */
  markAll(codes: readonly string[]): void {
    const apply = (): void => {
      for (const code of this.marked) this.mark(code, "marked", false);
      this.marked = codes;
      for (const code of codes) this.mark(code, "marked", true);
    };
    if (this.map.getSource("units")) apply();
    else void this.map.once("idle", apply);
    const chosen = new Set(codes);
    const inside = this.options.units.features.filter((unit) => chosen.has(unit.properties.code));
    const box = boxAround(inside.map((unit) => unit.geometry));
    if (box) this.map.fitBounds(box, { padding: 120, maxZoom: 13, animate: false });
  }

  showZone(code: string): void {
    const outline = this.options.outlines.features.find((zone) => zone.properties.code === code);
    const inside = this.options.units.features.filter((unit) => unit.properties.zone === code);
    const box = boxAround(outline ? [outline.geometry] : inside.map((unit) => unit.geometry));
    if (box) this.map.fitBounds(box, { padding: 60, maxZoom: NEAREST_ZOOM, animate: false });
  }

  /** Draw a walk over everything else, and show all of it. */
  drawRoute(line: LineString): void {
    const home = { type: "Point", coordinates: line.coordinates[0] ?? [] } as const;
    const drawn = this.map.getSource<maplibre.GeoJSONSource>("route");
    if (drawn) {
      drawn.setData(line);
      this.map.getSource<maplibre.GeoJSONSource>("home")?.setData(home as unknown as Point);
      return;
    }
    const apply = (): void => {
      this.map.addSource("route", { type: "geojson", data: line });
      for (const [id, colour, width] of ROUTE_LINES) {
        this.map.addLayer({
          id,
          type: "line",
          source: "route",
          layout: { "line-join": "round", "line-cap": "round" },
          paint: { "line-color": colour, "line-width": width },
        });
      }
      this.map.addSource("home", { type: "geojson", data: home as unknown as Point });
      this.map.addLayer({ id: "home", type: "circle", source: "home", paint: HOME_PAINT });
    };
    if (this.map.isStyleLoaded()) apply();
    else void this.map.once("load", apply);
  }

  remove(): void {
    this.map.remove();
  }

  private listen(layer: string): void {
    this.map.on("mousemove", layer, (event) => this.point(event.features?.[0]?.properties as UnitProperties));
    this.map.on("mouseleave", layer, () => this.point(null));
    this.map.on("click", layer, (event) => {
      const unit = event.features?.[0]?.properties as UnitProperties | undefined;
      if (unit) this.options.onSelect?.(unit);
    });
  }

  private point(unit: UnitProperties | null): void {
    if ((unit?.code ?? null) === this.pointed) return;
    this.mark(this.pointed, "pointed", false);
    this.pointed = unit?.code ?? null;
    this.mark(this.pointed, "pointed", true);
    this.options.onPoint?.(unit);
  }

  private mark(id: string | null, state: "pointed" | "selected" | "marked", on: boolean): void {
    if (id !== null) this.map.setFeatureState({ source: "units", id }, { [state]: on });
  }

  private addSchools(): void {
    for (const zone of this.options.outlines.features) {
      for (const school of zone.properties.schools) {
        const element = document.createElement("div");
        element.className = "map-school";
        const name = document.createElement("span");
        name.textContent = school.name;
        element.append(name);
        new maplibre.Marker({ element, anchor: "bottom" })
          .setLngLat([school.longitude, school.latitude])
          .addTo(this.map);
        element.removeAttribute("tabindex"); // the list beside the map is what the keyboard walks through
        element.setAttribute("aria-hidden", "true");
      }
    }
  }
}

function outlineBox(outlines: Outlines): ReturnType<typeof boxAround> {
  return boxAround(outlines.features.map((zone) => zone.geometry));
}
