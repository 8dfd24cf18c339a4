// The map of places: drawn once, layers switched on and off, one row's shapes chosen at a time.
import * as maplibre from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import { boxAround } from "../workspace/bounds";
import type { BaseMap } from "../workspace/plan";
import { firstView, placesOf, type DrawnLayer, type PlaceProperties } from "./data";
import { placesStyle, sourceName } from "./style";

maplibre.setWorkerUrl(workerUrl);

const PADDING = 32;
const CLOSEST = 17; // a point has no extent; nearer than this there is nothing to see around it
const PARTS = ["areas", "lines", "points"] as const;

export class PlacesMap {
  readonly map: maplibre.Map;
  private chosen = "";

  constructor(
    container: HTMLElement,
    private readonly layers: readonly DrawnLayer[],
    base: BaseMap,
    private readonly onChoose: (place: PlaceProperties) => void,
  ) {
    const bounds = boxAround(firstView(layers).map((place) => place.geometry));
    this.map = new maplibre.Map({
      container,
      style: placesStyle(layers, base),
      ...(bounds ? { bounds, fitBoundsOptions: { padding: PADDING, maxZoom: CLOSEST } } : {}),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      canvasContextAttributes: { preserveDrawingBuffer: true }, // so that the map can be printed
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new maplibre.ScaleControl({ unit: "metric" }), "bottom-left");
    this.map.on("idle", () => container.setAttribute("data-drawn", this.chosen || "yes"));
    this.map.on("click", (event) => this.pick(event.point));
  }

  show(layer: number, on: boolean): void {
    for (const part of PARTS) {
      this.map.setLayoutProperty(`${sourceName(layer)}-${part}`, "visibility", on ? "visible" : "none");
    }
  }

  /** Mark the shapes of a row and go there. Says whether there are any. */
  choose(key: string): boolean {
    const box = boxAround(placesOf(this.layers, key).map((place) => place.geometry));
    if (!box) return false;
    for (const place of this.layers.keys()) {
      if (this.chosen) this.map.setFeatureState({ source: sourceName(place), id: this.chosen }, { chosen: false });
      this.map.setFeatureState({ source: sourceName(place), id: key }, { chosen: true });
    }
    this.chosen = key;
    this.map.fitBounds(box, { padding: PADDING * 2, maxZoom: CLOSEST, animate: false });
    return true;
  }

  private pick(point: maplibre.Point): void {
    const around: [maplibre.PointLike, maplibre.PointLike] = [
      [point.x - 6, point.y - 6],
      [point.x + 6, point.y + 6],
    ];
    const found = this.map.queryRenderedFeatures(around).find((feature) => feature.properties["key"]);
    if (found) this.onChoose(found.properties as PlaceProperties);
  }
}
