/**
 * The script of a report page, as text: it draws the embedded chart options with the library that stands before it.
 * Names that begin with `@` become formatters and the colours of the reader's theme.
 */
export const PAGE_SCRIPT = String.raw`
"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const digits = (x) => (Number.isInteger(x) ? String(x) : Number(x.toPrecision(x > 99 && x < 100 ? 5 : 3)).toString());
  const seconds = (s) =>
    s === 0 ? "0" : s >= 120 ? digits(s / 60) + " min" : s >= 1 ? digits(s) + " s" : s >= 1e-3 ? digits(s * 1e3) + " ms" : digits(s * 1e6) + " µs";
  const inUnit = (unit, name) => (s) => Number((s / unit).toPrecision(6)) + " " + name;
  const hourClock = (s) => {
    const [h, m, rest] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, Math.floor(s % 60)].map((x) => String(x).padStart(2, "0"));
    return Number(h) + ":" + m + ":" + rest;
  };
  const clock = (s) => (s < 3600 ? hourClock(s).slice(2) : hourClock(s));
  const share = (x) => digits(x * 100) + " %";
  const count = (x) => Math.round(x).toLocaleString("en-US");
  const escape = (text) => text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
  const rows = (items, line) => items.map((item) => item.marker + " " + escape(item.seriesName) + ": <b>" + line(item.value) + "</b>").join("<br>");
  const compared = ({ marker, seriesName, value: [measured, predicted, what] }, text) =>
    marker + " " + escape(seriesName) + "<br>" + escape(what) + "<br>measured " + text(measured) + ", predicted <b>" + text(predicted) + "</b>";
  const curve = (items, text) => {
    const lines = items.filter((item) => !item.seriesName.startsWith("band"));
    return lines.length === 0 ? "" : "at " + digits(lines[0].value[0]) + "<br>" + rows(lines, ([, y]) => text(y));
  };
  const formatters = {
    "@seconds": seconds,
    "@inMinutes": inUnit(60, "min"),
    "@inSeconds": inUnit(1, "s"),
    "@inMilliseconds": inUnit(1e-3, "ms"),
    "@inMicroseconds": inUnit(1e-6, "µs"),
    "@share": share,
    "@count": count,
    "@nines": (n) => (100 - 100 / 10 ** n).toFixed(Math.max(0, n - 2)) + " %",
    "@causes": (items) => "around " + formatters["@nines"](items[0].value[0]) + "<br>" + rows(items.toReversed().filter((item) => item.value[1] > 0), ([, y]) => seconds(y)),
    "@clock": clock,
    "@hourClock": hourClock,
    "@cdfTail": (items) => rows(items, ([x, n]) => digits(100 - 100 / 10 ** n) + " % within " + seconds(x)),
    "@cdf": (items) => rows(items, ([x, y]) => share(y) + " within " + seconds(x)),
    "@dot": (item) => rows([item], ([x, y]) => count(x) + " tokens, first token after " + seconds(y)),
    "@comparedTimes": (item) => compared(item, seconds),
    "@comparedRates": (item) => compared(item, (rate) => digits(rate) + " tokens/s"),
    "@number": digits,
    "@powers": (x) => digits(10 ** x) + "x",
    "@curveTimes": (items) => curve(items, seconds),
    "@curveNumbers": (items) => curve(items, digits),
    "@difference": ({ value: [estimate, label, low, high] }) => escape(label) + ": <b>" + share(estimate) + "</b> (" + share(low) + " to " + share(high) + ")",
    "@timeCount": (items) => "at " + clock(items[0].value[0]) + "<br>" + rows(items, ([, y]) => count(y)),
    "@timeShare": (items) => "at " + clock(items[0].value[0]) + "<br>" + rows(items, ([, y]) => share(y)),
  };
  const style = () => {
    const css = getComputedStyle(document.documentElement);
    return (name) => css.getPropertyValue("--" + name).trim();
  };
  const fill = (value, colour) => {
    if (typeof value === "string" && value.startsWith("@")) return formatters[value] ?? colour(value.slice(1));
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map((item) => fill(item, colour));
    if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, colour)]));
    return value;
  };
  const themed = (colour) => {
    const axis = {
      axisLine: { lineStyle: { color: colour("rule-strong") } },
      axisTick: { lineStyle: { color: colour("rule-strong") } },
      axisLabel: { color: colour("ink-soft") },
      nameTextStyle: { color: colour("ink-soft") },
      splitLine: { lineStyle: { color: colour("rule") } },
    };
    return {
      color: [0, 1, 2, 3, 4, 5].map((i) => colour("series" + i)),
      textStyle: { fontFamily: colour("font"), color: colour("ink-soft") },
      legend: { textStyle: { color: colour("ink") }, inactiveColor: colour("rule-strong"), pageTextStyle: { color: colour("ink-soft") } },
      tooltip: { backgroundColor: colour("card"), borderColor: colour("rule-strong"), textStyle: { color: colour("ink"), fontSize: 12 } },
      valueAxis: axis,
      logAxis: axis,
      dataZoom: { borderColor: colour("rule"), fillerColor: colour("zoom"), textStyle: { color: colour("ink-soft") }, moveHandleStyle: { color: colour("rule-strong") }, dataBackground: { lineStyle: { color: colour("rule-strong") }, areaStyle: { color: colour("rule") } } },
    };
  };
  let drawn = [];
  const draw = () => {
    drawn.forEach((chart) => chart.dispose());
    const colour = style();
    const theme = themed(colour);
    drawn = charts.map(({ id, option, tail }) => {
      const chart = echarts.init(document.getElementById("chart-" + id), theme);
      chart.setOption(fill(tail && tails.has(id) ? { ...option, ...tail, series: option.series.map(inNines) } : option, colour));
      return chart;
    });
  };
  const tails = new Set();
  const inNines = (series) => ({
    ...series,
    data: series.data.filter(([, share]) => share < 1).map(([x, share]) => [x, -Math.log10(1 - share)]),
  });
  document.querySelectorAll("button[data-tail]").forEach((button) =>
    button.addEventListener("click", () => {
      const id = button.dataset.tail;
      if (!tails.delete(id)) tails.add(id);
      button.setAttribute("aria-pressed", String(tails.has(id)));
      draw();
    }),
  );
  document.getElementById("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = getComputedStyle(root).colorScheme === "dark";
    root.dataset.theme = dark ? "light" : "dark";
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  draw();
})();
`;
