// The map beside a list of findings, of repairs, or of where a file falls. Without it the list says the same.
import { get, getFile } from "../api/client";
import { text } from "../text";
import { baseMapOf, NO_FEATURES, type BaseMap } from "../workspace/plan";
import { NO_PLACES, type DrawnLayer, type Layer, type PlaceProperties, type Places, type PlacesData } from "./data";
import { PlacesMap } from "./map";
import { Rows } from "./rows";
import { switches } from "./switches";

async function fetched(layer: Layer): Promise<DrawnLayer> {
  const given = layer.features ?? (layer.address ? await read(layer.address) : NO_PLACES);
  return { ...layer, features: given };
}

async function read(address: string): Promise<Places> {
  return JSON.parse(new TextDecoder().decode(await getFile(address))) as Places;
}

async function start(frame: HTMLElement): Promise<void> {
  const handed = document.getElementById("places-data")?.textContent;
  const container = frame.querySelector<HTMLElement>("[data-places]");
  const said = frame.querySelector<HTMLElement>("[data-said]");
  if (!handed || !container || !said) return;
  const data = JSON.parse(handed) as PlacesData;
  const dataset = container.dataset["baseMap"];
  const [base, ...layers] = await Promise.all([
    dataset ? get("/api/base-map.geojson", { query: { dataset } }).then(baseMapOf) : (NO_FEATURES as BaseMap),
    ...data.layers.map(fetched),
  ]);
  frame.hidden = false;
  said.textContent = text("places_hint");
  const choose = (place: PlaceProperties): void => {
    if (!place.key || !map.choose(place.key)) return;
    rows.mark(place.key);
    said.textContent = place.words ?? wordsOf(layers, place.key);
  };
  const map = new PlacesMap(container, layers, base, (place) => {
    choose(place);
    rows.reveal(place);
  });
  const rows = new Rows(document, (key) => {
    choose({ key });
    frame.scrollIntoView({ block: "nearest" });
  });
  container.before(switches(layers, (layer, on) => map.show(layer, on)));
}

function wordsOf(layers: readonly DrawnLayer[], key: string): string {
  const named = layers.flatMap((layer) => layer.features.features).find((place) => place.properties.key === key);
  return named?.properties.words ?? "";
}

const frame = document.querySelector<HTMLElement>("[data-places-frame]");
if (frame) void start(frame);
