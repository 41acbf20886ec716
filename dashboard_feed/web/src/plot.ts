import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { type Daily, get } from "./api";

// The plot of an insight's days: with script the reader can point at a day. The
// drawing that the server made stands until this one is ready.

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function draw(place: HTMLElement, daily: Daily): uPlot {
  const first = Date.parse(`${daily.first}T00:00:00Z`) / 1000;
  const days = daily.observations.map((_, i) => first + 86400 * i);
  const line = colour("--accent");
  const soft = colour("--soft");
  const axis = { stroke: soft, grid: { stroke: colour("--line") }, ticks: { stroke: colour("--line") } };
  return new uPlot(
    {
      width: place.clientWidth,
      height: 190,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      series: [
        { value: "{YYYY}-{MM}-{DD}", label: "Day" },
        {
          label: "Observations",
          stroke: line,
          fill: `${line}22`,
          width: 2,
          ...(uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
          points: { show: false },
        },
      ],
      axes: [{ ...axis, values: "{MM}-{DD}" }, { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] }],
      cursor: { y: false },
    },
    [days, daily.observations],
    place,
  );
}

export async function drawPlot(): Promise<void> {
  const figure = document.querySelector<HTMLElement>("#plot");
  if (!figure) return;
  const { daily } = await get<{ daily: Daily | null }>(`/api/v1/insights/${figure.dataset["insight"]}`);
  const still = figure.querySelector("svg");
  if (!daily || !still) return;
  const place = document.createElement("div");
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", still.getAttribute("aria-label") ?? "");
  still.replaceWith(place);
  figure.querySelector("figcaption")?.remove();
  let plot = draw(place, daily);
  const again = (): void => {
    plot.destroy();
    plot = draw(place, daily);
  };
  new ResizeObserver(() => {
    if (Math.abs(place.clientWidth - plot.width) > 1) plot.setSize({ width: place.clientWidth, height: 190 });
  }).observe(figure);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}
