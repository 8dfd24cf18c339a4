// What a chart of a projection shows, as ECharts wants it told. Pure, so that it can be tested.
import type { EChartsCoreOption } from "echarts/core";

/** Handed over by frontend/pages/officers/forecast_drawing.py. */
export interface ChartData {
  past: { year: number; actual: number }[];
  years: { year: number; low: number | null; medium: number; high: number | null; seats: number }[];
}

export interface ChartWords {
  title: string;
  came: string;
  medium: string;
  band: string;
  seats: string;
  children: string;
}

export const COLOURS = { medium: "#0b5351", band: "#8fd0b8", seats: "#a5201a", came: "#4a5a5f" } as const;

type Figures = (number | null)[];

/** Return the lines: what came, the band from low to high, the medium and the seats. */
export function chartOption(data: ChartData, words: ChartWords): EChartsCoreOption {
  const past = [...data.past].sort((a, b) => a.year - b.year);
  const blank: Figures = past.map(() => null);
  const hasBand = data.years.every((one) => one.low !== null && one.high !== null);
  const low = data.years.map((one) => one.low);
  const span = data.years.map((one) => (one.low === null || one.high === null ? null : one.high - one.low));
  return {
    animation: false,
    aria: { enabled: true, label: { description: described(data, words) } },
    grid: { left: 8, right: 16, top: past.length ? 96 : 72, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, data: [...(past.length ? [words.came] : []), words.medium, ...(hasBand ? [words.band] : []), words.seats] },
    tooltip: { trigger: "axis", renderMode: "richText" }, // HTML would need styles that the policy forbids
    xAxis: { type: "category", boundaryGap: false, data: [...past, ...data.years].map((one) => String(one.year)) },
    yAxis: { type: "value", name: words.children, min: 0 },
    series: [
      ...(past.length ? [line(words.came, COLOURS.came, [...past.map((one) => one.actual), ...data.years.map(() => null)], "circle")] : []),
      ...(hasBand ? bandSeries(words.band, [...blank, ...low], [...blank, ...span]) : []),
      line(words.medium, COLOURS.medium, [...blank, ...data.years.map((one) => one.medium)], "circle"),
      { ...line(words.seats, COLOURS.seats, [...blank, ...data.years.map((one) => one.seats)], "none"), lineStyle: { color: COLOURS.seats, width: 2, type: "dashed" } },
    ],
  };
}

function line(name: string, colour: string, data: Figures, symbol: string): Record<string, unknown> {
  return { type: "line", name, data, symbol, symbolSize: 7, itemStyle: { color: colour }, lineStyle: { color: colour, width: 3 } };
}

function bandSeries(name: string, low: Figures, span: Figures): Record<string, unknown>[] {
  const bare = { type: "line", stack: "band", symbol: "none", lineStyle: { opacity: 0 } };
  return [
    { ...bare, data: low, tooltip: { show: false }, silent: true },
    { ...bare, name, data: span, itemStyle: { color: COLOURS.band }, areaStyle: { color: COLOURS.band, opacity: 0.6 }, tooltip: { show: false }, silent: true },
  ];
}

function described(data: ChartData, words: ChartWords): string {
  const said = data.years.map((one) => `${one.year}: ${one.medium}${one.low === null ? "" : ` (${one.low}–${one.high})`} / ${one.seats}`);
  return `${words.title}. ${words.medium} / ${words.seats}. ${said.join("; ")}`;
}
