// The public page that draws every ticket again, so that nobody need trust the server.
import { mount } from "svelte";
import Recompute from "./Recompute.svelte";

const target = document.querySelector<HTMLElement>("[data-recompute]");
if (target) {
  const { bundle = "", digest = "", seed = "" } = target.dataset;
  target.replaceChildren();
  mount(Recompute, { target, props: { bundle, digest, seed } });
}
