// The list beside the map: its buttons become usable where there is a map to show.
import type { PlaceProperties } from "./data";

export class Rows {
  private readonly byKey = new Map<string, HTMLElement>();

  constructor(root: ParentNode, onShow: (key: string) => void) {
    for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-show]")) {
      const key = button.dataset["show"] ?? "";
      const row = button.closest<HTMLElement>("tr, li");
      if (!key || !row) continue;
      button.hidden = false;
      button.addEventListener("click", () => onShow(key));
      row.addEventListener("click", (event) => {
        if (!(event.target as HTMLElement).closest("a, button, input, select, label")) onShow(key);
      });
      this.byKey.set(key, row);
    }
  }

  /** Mark a row as the one the map shows. */
  mark(key: string): void {
    for (const [own, row] of this.byKey) {
      row.toggleAttribute("data-chosen", own === key);
      row.querySelector("button[data-show]")?.setAttribute("aria-pressed", String(own === key));
    }
  }

  /** Bring the row of a shape that was clicked into view. */
  reveal(place: PlaceProperties): void {
    this.byKey.get(place.key ?? "")?.scrollIntoView({ block: "nearest" });
  }
}
