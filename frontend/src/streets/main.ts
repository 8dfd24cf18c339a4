// The officers' map of streets. Whatever it does, the lists and forms beside it do as well: it only fills them in.
import type { FeatureCollection } from "geojson";
import * as maplibre from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import { get } from "../api/client";
import { text } from "../text";
import { boxOf, placeText, withPlace, type Draft } from "./draft";
import { CHOSEN_FROM, streetStyle, type StreetProperties, type Streets } from "./style";

maplibre.setWorkerUrl(workerUrl);

const REACH = 6; // pixels around a click in which a street is found

class StreetMap {
  private readonly map: maplibre.Map;
  private draft: Draft = [];
  private picking = false;
  private asked = new AbortController();

  constructor(private readonly container: HTMLElement) {
    const box = boxOf(container.dataset["box"]);
    this.map = new maplibre.Map({
      container,
      style: streetStyle(),
      ...(box ? { bounds: box, fitBoundsOptions: { padding: 24 } } : {}),
      attributionControl: false,
      dragRotate: false,
      maxPitch: 0,
      canvasContextAttributes: { preserveDrawingBuffer: true },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new maplibre.ScaleControl({ unit: "metric" }), "bottom-left");
    this.map.on("load", () => void this.load());
    this.map.on("moveend", () => void this.load());
    this.map.on("click", (event) => (this.picking ? this.pick(event.lngLat) : this.choose(event.point)));
    if ("edit" in container.dataset) this.offerPicking();
  }

  private async load(): Promise<void> {
    this.asked.abort();
    this.asked = new AbortController();
    const bounds = this.map.getBounds();
    const query = {
      dataset: this.container.dataset["dataset"] ?? "",
      west: Math.max(-180, bounds.getWest()),
      south: Math.max(-90, bounds.getSouth()),
      east: Math.min(180, bounds.getEast()),
      north: Math.min(90, bounds.getNorth()),
    };
    const found = await get("/api/streets.geojson", { query }, this.asked.signal).catch(() => null);
    if (!found) return;
    this.source("streets").setData(found as unknown as Streets);
    if (found.truncated) this.note(text("streets_truncated"));
    void this.map.once("idle", () => this.container.setAttribute("data-drawn", String(found.features.length)));
  }

  private choose(point: maplibre.Point): void {
    const around: [maplibre.PointLike, maplibre.PointLike] = [
      [point.x - REACH, point.y - REACH],
      [point.x + REACH, point.y + REACH],
    ];
    const found = this.map.queryRenderedFeatures(around, { layers: CHOSEN_FROM })[0];
    const nothing = { type: "FeatureCollection", features: [] } as FeatureCollection;
    this.source("chosen").setData(found ? { type: "Feature", properties: {}, geometry: found.geometry } : nothing);
    if (!found) return this.note(text("streets_hint"));
    const street = found.properties as StreetProperties;
    const line = text("streets_line", { name: street.name || text("streets_nameless"), metres: street.metres });
    const address = `${this.container.dataset["close"] ?? ""}?edge=${encodeURIComponent(street.edge)}`;
    this.note(line, "edit" in this.container.dataset ? address : undefined);
  }

  private offerPicking(): void {
    const button = document.querySelector<HTMLButtonElement>("[data-pick-link]");
    if (!button) return;
    button.hidden = false;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      this.picking = !this.picking;
      button.setAttribute("aria-pressed", String(this.picking));
      this.map.getCanvas().style.cursor = this.picking ? "crosshair" : "";
      this.note(text(this.picking ? "streets_pick_first" : "streets_hint"));
    });
  }

  private pick(at: maplibre.LngLat): void {
    this.draft = withPlace(this.draft, [at.lng, at.lat]);
    this.draft.forEach((place, number) => {
      const field = document.querySelector<HTMLInputElement>(`#id_${number === 0 ? "start" : "end"}`);
      if (field) field.value = placeText(place);
    });
    const ends = this.draft.map((place) => [...place]);
    const geometry = ends.length === 2 ? { type: "LineString", coordinates: ends } : { type: "Point", coordinates: ends[0] };
    this.source("draft").setData({ type: "Feature", properties: {}, geometry } as GeoJSON.Feature);
    this.note(text(this.draft.length === 2 ? "streets_picked" : "streets_pick_second"));
    if (this.draft.length === 2) document.querySelector<HTMLElement>("#id_reason")?.focus();
  }

  private note(words: string, closeAddress?: string): void {
    const place = document.querySelector<HTMLElement>("[data-street-note]");
    if (!place) return;
    place.textContent = words;
    if (!closeAddress) return;
    const link = document.createElement("a");
    link.href = closeAddress;
    link.textContent = text("streets_close");
    place.append(" ", link);
  }

  private source(name: string): maplibre.GeoJSONSource {
    return this.map.getSource(name) as maplibre.GeoJSONSource;
  }
}

for (const container of document.querySelectorAll<HTMLElement>("[data-street-map]")) new StreetMap(container);
