// The legend of the map: a button for every layer, which shows or hides it.
import { text } from "../text";
import type { DrawnLayer } from "./data";
import { LOOKS } from "./style";

const SVG = "http://www.w3.org/2000/svg";

export function switches(layers: readonly DrawnLayer[], onSwitch: (layer: number, on: boolean) => void): HTMLElement {
  const box = document.createElement("div");
  box.className = "map-switches";
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", text("places_layers"));
  for (const [place, layer] of layers.entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(sample(layer), layer.label);
    button.setAttribute("aria-pressed", String(layer.shown));
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      onSwitch(place, on);
    });
    box.append(button);
  }
  return box;
}

/** A short piece of the layer's line, dashed where it is dashed on the map. */
function sample(layer: DrawnLayer): SVGElement {
  const look = LOOKS[layer.role];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 28 12");
  svg.setAttribute("class", "map-sample");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "line");
  const drawn = { x1: 1, y1: 6, x2: 27, y2: 6, stroke: look.colour, "stroke-width": Math.max(2.5, look.width * 1.4) };
  for (const [name, value] of Object.entries(drawn)) line.setAttribute(name, String(value));
  if (look.dash) line.setAttribute("stroke-dasharray", "6 4");
  svg.append(line);
  return svg;
}
