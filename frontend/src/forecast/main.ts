// Charts of a projection. The table beside each says the same, so without scripts nothing is missing.
import { LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { text } from "../text";
import { chartOption, type ChartData } from "./options";

use([LineChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer]);

function draw(container: HTMLElement): void {
  const handed = document.getElementById(container.dataset["chart"] ?? "")?.textContent;
  if (!handed) return;
  const title = container.dataset["chartTitle"] ?? "";
  const chart = init(container, null, { renderer: "svg" });
  const words = {
    title,
    came: text("chart_came"),
    medium: text("chart_medium"),
    band: text("chart_band"),
    seats: text("seats"),
    children: text("children"),
  };
  chart.setOption(chartOption(JSON.parse(handed) as ChartData, words));
  container.setAttribute("role", "img");
  new ResizeObserver(() => chart.resize()).observe(container);
  container.setAttribute("data-drawn", "yes");
}

for (const container of document.querySelectorAll<HTMLElement>("[data-chart]")) draw(container);
