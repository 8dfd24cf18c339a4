// Suggestions under a search field: <input data-suggest="code of the district">. Without it, the server searches.
// With data-suggest-addresses the address register is asked first, and units by name where it finds nothing.
import { get, type Schemas } from "../api/client";

const WAIT_MS = 180;
const LEAST_LETTERS = 1;

type Unit = Pick<Schemas["Unit"], "code" | "name" | "township">;
type Hit = Pick<Schemas["AddressHit"], "code" | "address" | "township" | "called">;

/** A place to choose. Only the code of the register's place may be sent as such; a unit is found again by its name. */
export interface Suggestion extends Unit {
  called: string;
  isAddress: boolean;
}

export function suggestionText(one: Suggestion): string {
  const name = one.called ? `${one.name} (${one.called})` : one.name;
  return one.township ? `${name} · ${one.township}` : name;
}

export function ofUnit(unit: Unit): Suggestion {
  return { ...unit, called: "", isAddress: false };
}

export function ofHit(hit: Hit): Suggestion {
  return { code: hit.code, name: hit.address, township: hit.township, called: hit.called, isAddress: true };
}

/** Return the place that an arrow key leads to; -1 is the field itself. */
export function nextPlace(place: number, key: string, count: number): number {
  if (key === "ArrowDown") return place + 1 >= count ? -1 : place + 1;
  if (key === "ArrowUp") return place === -1 ? count - 1 : place - 1;
  return place;
}

class Suggestions {
  private readonly list = document.createElement("ul");
  private found: Suggestion[] = [];
  private place = -1;
  private timer = 0;
  private asked = new AbortController();

  constructor(private readonly field: HTMLInputElement) {
    this.list.id = `${field.id}-suggestions`;
    this.list.className = "suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.hidden = true;
    field.after(this.list);
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-controls", this.list.id);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", "false");
    field.autocomplete = "off";
    field.addEventListener("input", () => {
      if (this.wantsAddresses) this.remember("");
      this.later();
    });
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => setTimeout(() => this.show([]), 150));
  }

  private get wantsAddresses(): boolean {
    return this.field.dataset["suggestAddresses"] !== undefined;
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), WAIT_MS);
  }

  private async ask(): Promise<void> {
    this.asked.abort();
    this.asked = new AbortController();
    const words = this.field.value.trim();
    if (words.length < LEAST_LETTERS) return this.show([]);
    const found = await this.search(words, this.asked.signal).catch(() => null);
    if (found) this.show(found);
  }

  private async search(words: string, signal: AbortSignal): Promise<Suggestion[]> {
    const query = { district: this.field.dataset["suggest"] ?? "", q: words };
    if (this.wantsAddresses) {
      const hits = await get("/api/addresses/", { query }, signal);
      if (hits.length) return hits.map(ofHit);
    }
    return (await get("/api/units/", { query }, signal)).map(ofUnit);
  }

  /** Put the code of what was chosen beside the field, or take it away when something else is typed. */
  private remember(code: string): void {
    const place = document.getElementById(this.field.dataset["suggestCode"] ?? "");
    if (place instanceof HTMLInputElement) place.value = code;
  }

  private show(found: Suggestion[]): void {
    this.found = found;
    this.place = -1;
    this.list.replaceChildren(...found.map((unit, place) => this.row(unit, place)));
    this.list.hidden = found.length === 0;
    this.field.setAttribute("aria-expanded", String(found.length > 0));
    this.field.removeAttribute("aria-activedescendant");
  }

  private row(unit: Suggestion, place: number): HTMLLIElement {
    const row = document.createElement("li");
    row.id = `${this.list.id}-${place}`;
    row.setAttribute("role", "option");
    row.textContent = suggestionText(unit);
    row.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.take(unit);
    });
    return row;
  }

  private key(event: KeyboardEvent): void {
    if (this.list.hidden) return;
    if (event.key === "Escape") return this.show([]);
    const chosen = this.found[this.place];
    if (event.key === "Enter" && chosen) {
      event.preventDefault();
      return this.take(chosen);
    }
    const place = nextPlace(this.place, event.key, this.found.length);
    if (place === this.place) return;
    event.preventDefault();
    this.point(place);
  }

  private point(place: number): void {
    this.place = place;
    [...this.list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === place)));
    if (place >= 0) this.field.setAttribute("aria-activedescendant", `${this.list.id}-${place}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  private take(one: Suggestion): void {
    this.field.value = one.name;
    if (one.isAddress === this.wantsAddresses) this.remember(one.code);
    this.show([]);
    if (this.field.dataset["suggestSubmit"] !== undefined) this.field.form?.requestSubmit();
  }
}

export function suggestUnits(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLInputElement>("input[data-suggest]")) new Suggestions(field);
}
